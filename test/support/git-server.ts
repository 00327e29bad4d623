/** A Git repository that is served over HTTP on loopback, as GitOps tools want it: by Git's own program. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../hack/run.ts';
import { ROOT } from './scene.ts';

const BRANCH = 'main';
/** What stands for this repository, and for the registry of our image, in docs/installation.md. */
const PLACES = { repository: 'https://git.example.com/platform/xos-operator.git', registry: 'REGISTRY/xos-operator' };
/** Where a node has an image that came from no registry. */
const LOCAL_IMAGE = 'docker.io/library/xos-operator';
/** Nothing of who runs the tests: neither their name nor their hooks. */
const ENVIRONMENT = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
};

export class GitServer {
  readonly #folder: string;
  readonly #server: Server;

  private constructor(folder: string, server: Server) {
    this.#folder = folder;
    this.#server = server;
  }

  /** Serves these folders of our sources, as they are in the working tree, with a tag. */
  static async start({ folders, tag }: { folders: readonly string[]; tag?: string }): Promise<GitServer> {
    const folder = mkdtempSync(join(tmpdir(), 'xos-git-'));
    const server = createServer((request, response) => answer(folder, request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const git = new GitServer(folder, server);
    await git.#git('init', '--quiet', '--initial-branch', BRANCH);
    for (const each of folders) cpSync(join(ROOT, each), join(git.#tree, each), { recursive: true });
    await git.#commit();
    if (tag !== undefined) await git.#git('tag', tag);
    return git;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/tree/.git`;
  }

  /** A document of docs/installation.md, with this repository and the image that the node has. */
  fill(document: string): string {
    return document.replace(PLACES.repository, this.url).replace(PLACES.registry, LOCAL_IMAGE);
  }

  /** The commit that everything is at. */
  async head(): Promise<string> {
    return (await this.#git('rev-parse', 'HEAD')).trim();
  }

  /** Writes files, by their paths, and commits them: gives the commit. */
  async write(files: Readonly<Record<string, string>>): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.#tree, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return await this.#commit();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #tree(): string {
    return join(this.#folder, 'tree');
  }

  async #commit(): Promise<string> {
    await this.#git('add', '--all');
    await this.#git('commit', '--quiet', '--allow-empty', '--message', 'test');
    return await this.head();
  }

  async #git(...args: string[]): Promise<string> {
    mkdirSync(this.#tree, { recursive: true });
    return (await run('git', args, { cwd: this.#tree, env: ENVIRONMENT })).stdout;
  }
}

/** By the Common Gateway Interface. Source: git-http-backend(1), RFC 3875. */
function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const backend = spawn('git', ['http-backend'], {
    env: {
      ...ENVIRONMENT,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      PATH_INFO: pathname,
      QUERY_STRING: searchParams.toString(),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  backend.stdin.on('error', () => undefined);
  request.pipe(backend.stdin);
  const parts: Buffer[] = [];
  backend.stdout.on('data', (part: Buffer) => parts.push(part));
  backend.on('close', () => send(Buffer.concat(parts), response));
}

function send(answered: Buffer, response: ServerResponse): void {
  const end = answered.indexOf('\r\n\r\n');
  for (const line of answered.subarray(0, end).toString().split('\r\n')) {
    const [name = '', value = ''] = line.split(': ', 2);
    if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.end(answered.subarray(end + 4));
}
