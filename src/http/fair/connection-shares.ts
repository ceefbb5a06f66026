/** Limits the open connections of each supplier, so that a faulty connection pool leaves room for the other suppliers. */
import type { Server, Socket } from 'node:net';
import type { Limits } from '../shared/shared-limits.ts';
import type { Counts } from '../shared/counts.ts';

/** The largest part of all connections that one supplier may have. */
const SHARE = 1 / 4;
/**
 * The largest part for connections whose caller is not known yet, and again for refused connections until they end. Past
 * it the oldest such connection is closed, so that neither kind can use up the server's connections. Servers that share
 * limits have equal parts: the system spreads connections over them at random.
 */
const UNCLAIMED_SHARE = 1 / 2;

/** The name of all connections. No supplier's ID is empty. */
const ALL = '';

/** Counts the open connections of a server by supplier. */
export class ConnectionShares {
  readonly #most: number;
  readonly #mostOthers: number;
  /** Connections without a known caller, the oldest first. */
  readonly #unknown = new Set<Socket>();
  /** Connections that were refused because their supplier had too many, the oldest first. */
  readonly #surplus = new Set<Socket>();
  readonly #suppliers = new WeakMap<Socket, string>();
  readonly #counts: Counts;

  /** `connections` is the number that is accepted in total, by all servers that count in these limits. */
  constructor(server: Server, connections: number, limits: Limits) {
    this.#counts = limits.countsOf('connections');
    server.maxConnections = connections;
    if (limits.servers > 1) server.on('connection', (socket) => this.#countAll(socket, connections));
    server.on('connection', (socket) => this.#accept(socket));
    this.#most = Math.max(1, Math.floor(connections * SHARE));
    this.#mostOthers = Math.max(1, Math.floor((connections * UNCLAIMED_SHARE) / limits.servers));
  }

  /** The server's own limit is of its own connections alone. */
  #countAll(socket: Socket, most: number): void {
    const isTooMany = this.#counts.add(ALL, 1) > most;
    socket.once('close', () => this.#counts.add(ALL, -1));
    if (isTooMany) socket.destroy();
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
    // No connection of this server: a request that is handed in without one would be counted for ever.
    if (before === undefined && !this.#unknown.has(socket) && !this.#surplus.has(socket)) return true;
    // Add first, then look: of two threads that do so at the same time, one sees the other's connection.
    if (this.#counts.add(supplierId, 1) > this.#most) {
      this.#counts.add(supplierId, -1);
      if (this.#unknown.delete(socket)) this.#join(this.#surplus, socket);
      return false;
    }
    if (before === undefined) socket.once('close', () => this.#leave(socket));
    else this.#leave(socket);
    this.#suppliers.set(socket, supplierId);
    this.#unknown.delete(socket);
    this.#surplus.delete(socket);
    return true;
  }

  /** The supplier of the connection's last request; undefined before a request was authenticated. */
  readonly supplierOf = (socket: Socket): string | undefined => this.#suppliers.get(socket);

  #leave(socket: Socket): void {
    const supplierId = this.#suppliers.get(socket);
    if (supplierId === undefined) return;
    this.#suppliers.delete(socket);
    this.#counts.add(supplierId, -1);
  }
}
