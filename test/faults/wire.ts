/**
 * The network between one client and a real API server, which can be cut and mended. It passes bytes on as they are, so TLS
 * goes from end to end, and it knows no requests; faults that have to know them are in proxy.ts.
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../hack/wait.ts';

/**
 * What happens to what is on its way:
 * - `outward`: what the client sends is held up; it still hears everything;
 * - `both`: so is what it would hear;
 * - `broken`: every connection is reset, on both sides, and so is each new one.
 */
export type Cut = 'outward' | 'both' | 'broken';

/** How a connection ended on which something was held up, as the network saw the client do it. */
export type HeldEnd = 'reset' | 'closed';

/** A kubeconfig as the local cluster writes it. */
interface Kubeconfig {
  clusters: { cluster: { server: string } }[];
}

export class Wire {
  /** The path of a kubeconfig that leads through here. */
  readonly kubeconfig: string;
  readonly #folder: string;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #ends: HeldEnd[] = [];
  #cut: Cut | undefined;
  #lastSentMs = 0;

  private constructor(server: Server, upstreamKubeconfig: string) {
    const config = JSON.parse(readFileSync(upstreamKubeconfig, 'utf8')) as Kubeconfig;
    const [{ cluster }] = config.clusters as [Kubeconfig['clusters'][number]];
    const upstream = new URL(cluster.server);
    cluster.server = `${upstream.protocol}//127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    this.#folder = mkdtempSync(join(tmpdir(), 'wire-'));
    this.kubeconfig = join(this.#folder, 'kubeconfig');
    writeFileSync(this.kubeconfig, JSON.stringify(config), { mode: 0o600 });
    this.#server = server.on('connection', (near) => {
      this.#accept(near, upstream);
    });
  }

  /** On a free port. */
  static async start(upstreamKubeconfig: string): Promise<Wire> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Wire(server, upstreamKubeconfig);
  }

  /** When the client last sent something, in milliseconds since 1970. */
  get lastSentMs(): number {
    return this.#lastSentMs;
  }

  /** How connections ended on which something of the client's was held up. */
  get heldEnds(): readonly HeldEnd[] {
    return this.#ends;
  }

  cut(how: Cut): void {
    this.#cut = how;
    if (how === 'broken') for (const link of this.#links) link.break();
  }

  /** What was held up arrives now, also what was sent by somebody who is gone. Resolves when all of it was answered. */
  async mend(): Promise<void> {
    this.#cut = undefined;
    const late = [...this.#links].filter((link) => link.flush());
    const answered = () => (late.every(({ isAnswered }) => isAnswered) ? true : undefined);
    await waitFor('answers to what arrived late', answered, { timeoutMs: 30_000 });
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.break();
    this.#server.close();
    await once(this.#server, 'close');
    rmSync(this.#folder, { recursive: true });
  }

  #accept(near: Socket, { hostname, port }: URL): void {
    if (this.#cut === 'broken') {
      near.resetAndDestroy();
      return;
    }
    const link = new Link(near, connect(Number(port), hostname), () => this.#cut);
    this.#links.add(link);
    near.on('data', () => {
      this.#lastSentMs = Date.now();
    });
    near.once('close', (hadError) => {
      if (link.holdsRequests) this.#ends.push(hadError ? 'reset' : 'closed');
    });
    void link.ended.then(() => this.#links.delete(link));
  }
}

/** A connection of the client, and the one that goes on from here. */
class Link {
  /** Resolves when nothing can come from the server any more. */
  readonly ended: Promise<unknown>;
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #outward: Flow;
  readonly #inward: Flow;
  #isAnswered = true;

  constructor(near: Socket, far: Socket, cut: () => Cut | undefined) {
    this.#near = near;
    this.#far = far;
    this.#outward = new Flow(near, far, () => cut() !== undefined);
    this.#inward = new Flow(far, near, () => cut() === 'both');
    this.ended = new Promise((resolve) => far.once('close', resolve));
    far.on('data', () => {
      this.#isAnswered = true;
    });
  }

  get holdsRequests(): boolean {
    return this.#outward.holdsBytes;
  }

  get isAnswered(): boolean {
    return this.#isAnswered || this.#far.destroyed;
  }

  /** Whether something arrived late by that. */
  flush(): boolean {
    const isLate = this.#outward.holdsBytes;
    this.#inward.flush();
    if (isLate) this.#isAnswered = false;
    this.#outward.flush();
    return isLate;
  }

  break(): void {
    reset(this.#near);
    reset(this.#far);
  }
}

/** One direction of a connection. Nothing slows the sender down: a test sends little. */
class Flow {
  readonly #to: Socket;
  readonly #isHeld: () => boolean;
  #held: (Buffer | 'end' | 'reset')[] = [];

  constructor(from: Socket, to: Socket, isHeld: () => boolean) {
    this.#to = to;
    this.#isHeld = isHeld;
    from.on('data', (chunk) => {
      this.#take(chunk as Buffer);
    });
    from.on('end', () => {
      this.#take('end');
    });
    from.on('error', () => {
      this.#take('reset');
    });
  }

  get holdsBytes(): boolean {
    return this.#held.some((event) => event instanceof Buffer);
  }

  /** The receiver of what is late is not told that its sender is gone, lest it give up what it was asked for. */
  flush(): void {
    const isLate = this.holdsBytes;
    for (const event of this.#held) if (!isLate || event instanceof Buffer) this.#deliver(event);
    this.#held = [];
  }

  #take(event: Buffer | 'end' | 'reset'): void {
    if (this.#isHeld()) this.#held.push(event);
    else this.#deliver(event);
  }

  #deliver(event: Buffer | 'end' | 'reset'): void {
    if (this.#to.destroyed) return;
    if (event === 'end') this.#to.end();
    else if (event === 'reset') reset(this.#to);
    else this.#to.write(event);
  }
}

/** What has been ended already cannot be reset any more, and Node would leave it open. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
