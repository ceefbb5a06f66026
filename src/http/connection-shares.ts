/** How many connections each supplier has open, and strangers: one with a bad pool of clients leaves room for the others. */
import type { Server, Socket } from 'node:net';

/** One supplier's part of all connections, at most. */
const SHARE = 1 / 4;
/** The part of those whose caller is not known yet, or never will be. */
const UNKNOWN_SHARE = 1 / 2;

export class ConnectionShares {
  readonly #most: number;
  readonly #mostUnknown: number;
  /** Connections without a known caller, the oldest first. */
  readonly #unknown = new Set<Socket>();
  readonly #suppliers = new WeakMap<Socket, string>();
  readonly #counts = new Map<string, number>();

  /** `connections`: as many as the server accepts in all. */
  constructor(server: Server, connections: number) {
    server.on('connection', (socket) => this.#accept(socket));
    this.#most = Math.max(1, Math.floor(connections * SHARE));
    this.#mostUnknown = Math.max(1, Math.floor(connections * UNKNOWN_SHARE));
  }

  /** Counts a new connection. Where strangers have their part, the oldest of them gives way to it. */
  #accept(socket: Socket): void {
    this.#unknown.add(socket);
    socket.once('close', () => this.#unknown.delete(socket));
    const [oldest] = this.#unknown;
    if (this.#unknown.size > this.#mostUnknown) oldest?.destroy();
  }

  /**
   * Counts the connection for the supplier whose request it carries; false where the supplier has too many. A proxy's
   * connection carries requests of many suppliers: it counts for the last one.
   */
  claim(socket: Socket, supplierId: string): boolean {
    const before = this.#suppliers.get(socket);
    if (before === supplierId) return true;
    const count = this.#counts.get(supplierId) ?? 0;
    if (count >= this.#most) return false;
    if (before === undefined) socket.once('close', () => this.#leave(socket));
    else this.#leave(socket);
    this.#suppliers.set(socket, supplierId);
    this.#unknown.delete(socket);
    this.#counts.set(supplierId, count + 1);
    return true;
  }

  #leave(socket: Socket): void {
    const supplierId = this.#suppliers.get(socket);
    if (supplierId === undefined) return;
    this.#suppliers.delete(socket);
    const count = (this.#counts.get(supplierId) ?? 1) - 1;
    if (count === 0) this.#counts.delete(supplierId);
    else this.#counts.set(supplierId, count);
  }
}
