/** How many connections each supplier has open, and strangers: one with a bad pool of clients leaves room for the others. */
import type { Server, Socket } from 'node:net';

/** One supplier's part of all connections, at most. */
const SHARE = 1 / 4;
/** The part of those whose caller is not known yet, or never will be; and of those that were too many for their supplier, until they end. */
const OTHERS_SHARE = 1 / 2;

export class ConnectionShares {
  readonly #most: number;
  readonly #mostOthers: number;
  /** Connections without a known caller, the oldest first. */
  readonly #unknown = new Set<Socket>();
  /** Those that were one too many, the oldest first. */
  readonly #surplus = new Set<Socket>();
  readonly #suppliers = new WeakMap<Socket, string>();
  readonly #counts = new Map<string, number>();

  /** `connections`: as many as the server accepts in all. */
  constructor(server: Server, connections: number) {
    server.on('connection', (socket) => this.#accept(socket));
    this.#most = Math.max(1, Math.floor(connections * SHARE));
    this.#mostOthers = Math.max(1, Math.floor(connections * OTHERS_SHARE));
  }

  /** Counts a new connection. Where strangers have their part, the oldest of them gives way to it. */
  #accept(socket: Socket): void {
    this.#join(this.#unknown, socket);
    socket.once('close', () => {
      this.#unknown.delete(socket);
      this.#surplus.delete(socket);
    });
  }

  #join(others: Set<Socket>, socket: Socket): void {
    others.add(socket);
    const [oldest] = others;
    if (others.size > this.#mostOthers) oldest?.destroy();
  }

  /**
   * Counts the connection for the supplier whose request it carries; false where the supplier has too many. A proxy's
   * connection carries requests of many suppliers: it counts for the last one.
   */
  claim(socket: Socket, supplierId: string): boolean {
    const before = this.#suppliers.get(socket);
    if (before === supplierId) return true;
    const count = this.#counts.get(supplierId) ?? 0;
    if (count >= this.#most) {
      if (this.#unknown.delete(socket)) this.#join(this.#surplus, socket);
      return false;
    }
    if (before === undefined) socket.once('close', () => this.#leave(socket));
    else this.#leave(socket);
    this.#suppliers.set(socket, supplierId);
    this.#unknown.delete(socket);
    this.#surplus.delete(socket);
    this.#counts.set(supplierId, count + 1);
    return true;
  }

  /** Whose connection it is, once that is known. */
  readonly supplierOf = (socket: Socket): string | undefined => this.#suppliers.get(socket);

  #leave(socket: Socket): void {
    const supplierId = this.#suppliers.get(socket);
    if (supplierId === undefined) return;
    this.#suppliers.delete(socket);
    const count = (this.#counts.get(supplierId) ?? 1) - 1;
    if (count === 0) this.#counts.delete(supplierId);
    else this.#counts.set(supplierId, count);
  }
}
