/** A pool of connections to the server that takes the writes. When another server does, the pool moves there. */
import type { ClientBase, Pool, PoolClient } from 'pg';
import type { Choice, Hosts } from './hosts.ts';
import type { Server } from './connection-settings.ts';

/** How often connecting is tried before the error is the caller's, where there is another server to try. */
const MAX_TRIES = 3;

/**
 * After a failure to connect, callers get the same error for so long, in milliseconds. PostgreSQL starts a process for each attempt, and
 * an attempt for every request keeps a crashed server from coming back.
 */
const RETRY_MS = 250;

/** A connection while somebody has it. */
export interface Held {
  readonly client: PoolClient;
  /** Whether its server is the one to use. An answer of another one is out of date. */
  isCurrent(): boolean;
  release(isBroken: boolean): void;
}

interface Opened {
  readonly version: number;
  readonly pool: Pool;
  readonly clients: Set<PoolClient>;
}

/** Rejects if a new connection must not be used. */
type Verify = (client: ClientBase, version: number) => Promise<void>;

/** Opens a pool of connections to a server. `onConnect` rejects if a new connection must not be used. */
export type OpenPool = (server: Server, onConnect: (client: ClientBase) => Promise<void>) => Pool;

/** Its own `verify` may refuse a new connection too. */
export class HostPool {
  readonly #hosts: Hosts;
  readonly #open: OpenPool;
  readonly #verify: Verify;
  #opened: Opened | undefined;
  #failure: { readonly error: unknown; readonly until: number } | undefined;

  constructor(hosts: Hosts, open: OpenPool, verify: Verify = () => Promise.resolve()) {
    this.#hosts = hosts;
    this.#open = open;
    this.#verify = verify;
    hosts.onSwitch(() => {
      if (this.#opened && !hosts.isCurrent(this.#opened.version)) this.#leave();
    });
  }

  async connect(): Promise<Held> {
    if (this.#failure && performance.now() < this.#failure.until) throw this.#failure.error;
    for (let tries = this.#hosts.isFixed ? MAX_TRIES : 1; ; tries++) {
      const choice = await this.#hosts.choose();
      try {
        return this.#hold(await this.#poolFor(choice).connect(), choice.version);
      } catch (error) {
        if (isFull(error)) throw error;
        if (tries === MAX_TRIES) {
          this.#failure = { error, until: performance.now() + RETRY_MS };
          throw error;
        }
        this.#hosts.doubt(choice.version);
      }
    }
  }

  async end(): Promise<void> {
    await this.#opened?.pool.end();
  }

  #hold(client: PoolClient, version: number): Held {
    const isCurrent = () => this.#hosts.isCurrent(version);
    return {
      client,
      isCurrent,
      release: (isBroken) => {
        if (isBroken) this.#hosts.doubt(version);
        client.release(isBroken || !isCurrent());
      },
    };
  }

  #poolFor({ server, version }: Choice): Pool {
    if (this.#opened?.version === version) return this.#opened.pool;
    this.#leave();
    const pool = this.#open(server, async (client) => {
      await this.#hosts.verify(client, version);
      await this.#verify(client, version);
    });
    const clients = new Set<PoolClient>();
    // The pool replaces a broken connection. Without these listeners its `error` event would end the process.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => {
      clients.add(client);
      client.on('error', () => undefined);
    });
    pool.on('remove', (client) => clients.delete(client));
    this.#opened = { version, pool, clients };
    return pool;
  }

  /** Leaves the former server. Nothing that is still asked there can be believed, and a server that hangs answers no orderly end. */
  #leave(): void {
    if (!this.#opened) return;
    const { pool, clients } = this.#opened;
    this.#opened = undefined;
    for (const client of clients) client.connection.stream.destroy();
    void pool.end();
  }
}

/** All connections are in use for too long. That says nothing of the server. */
function isFull(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect';
}
