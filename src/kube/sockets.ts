/**
 * The sockets that requests go out on, so that all can be broken off at once. A process that only ends leaves what it wrote
 * to the kernel, which goes on sending it for minutes while nobody answers; a reset takes it back.
 */
import type { Socket } from 'node:net';
import { buildConnector } from 'undici';

export class Sockets {
  readonly #open = new Set<Socket>();

  /** How undici connects, if these are to know the sockets. */
  connector(options: buildConnector.BuildOptions): buildConnector.connector {
    const plain = buildConnector(options);
    // TLS goes over a socket of ours, because one that is encrypted cannot be reset.
    const encrypted = buildConnector(options);
    return (target, callback) => {
      const { hostname, protocol, port } = target;
      plain({ hostname, port: port || (protocol === 'https:' ? '443' : '80'), protocol: 'http:' }, (error, socket) => {
        if (error !== null) return callback(error, null);
        this.#keep(socket);
        if (protocol === 'https:') encrypted({ ...target, httpSocket: socket }, callback);
        else callback(null, socket);
      });
    };
  }

  /** What has not left yet never will, and whoever waits for an answer is told that there is none. */
  reset(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  }
}
