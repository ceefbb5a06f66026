/** Limits the open connections of each supplier, so that a faulty connection pool leaves room for the other suppliers. */
import type { Server, Socket } from 'node:net';

/** The largest part of all connections that one supplier may have. */
const SHARE = 1 / 4;
/**
 * The largest part for connections whose caller is not known yet, and again for refused connections until they end. Past
 * it the oldest such connection is closed, so that neither kind can use up the server's connections.
 */
const UNCLAIMED_SHARE = 1 / 2;

/** Counts the open connections of a server by supplier. */
export class ConnectionShares {
  readonly #most: number;
  readonly #mostOthers: number;
  /** Connections without a known caller, the oldest first. */
  readonly #unknown = new Set<Socket>();
  /** Connections that were refused because their supplier had too many, the oldest first. */
  readonly #surplus = new Set<Socket>();
  readonly #suppliers = new WeakMap<Socket, string>();
  readonly #counts = new Map<string, number>();

  /** `connections` is the number that the server accepts in total. */
  constructor(server: Server, connections: number) {
    server.on('connection', (socket) => this.#accept(socket));
    this.#most = Math.max(1, Math.floor(connections * SHARE));
    this.#mostOthers = Math.max(1, Math.floor(connections * UNCLAIMED_SHARE));
  }

  /** Counts a new connection, whose caller is not known before its first request. */
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
   * Counts the connection for the supplier whose request it carries; false if the supplier has too many. A proxy's
   * connection carries requests of many suppliers, and counts for the last one.
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

  /** The supplier of the connection's last request; undefined before a request was authenticated. */
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
