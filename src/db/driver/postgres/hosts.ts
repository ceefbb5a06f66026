/** Finds the server that takes the writes, and notices when another one does. */
import type { ClientBase } from 'pg';
import { isMainThread } from 'node:worker_threads';
import { setTimeout as pause } from 'node:timers/promises';
import { askState, createProbe, type Probe } from './ask-server.ts';
import type { ConnectionSettings, Server } from './connection-settings.ts';
import { findPrimary, isCandidate } from './find-primary.ts';
import { HostError, lostCommits, noneTakesWrites } from './host-error.ts';
import { shareKnownPrimary, type KnownPrimary } from './known-primary.ts';
import { watchPrimary } from './watch-primary.ts';

/** For how long a caller waits while no server takes writes, in milliseconds. */
const LOOK_FOR_MS = 5_000;
/** Pause between two looks, in milliseconds. */
const LOOK_PAUSE_MS = 100;
/** How often a thread looks what the others have found, in milliseconds. */
const NOTICE_MS = 200;
/** How long a server may take for an answer, in milliseconds. */
const ANSWER_MS = 1_500;

/** The server to use, and the version under which it was chosen. */
export interface Choice {
  readonly server: Server;
  readonly version: number;
}

export interface Hosts {
  /** One server, which is used as it is. */
  readonly isFixed: boolean;
  /** The server to use. Rejects with a HostError if none takes writes for 5 seconds. */
  choose(): Promise<Choice>;
  /** Rejects if the server of a new connection takes no writes, or was replaced. */
  verify(client: ClientBase, version: number): Promise<void>;
  /** Whether this choice is to be used still. */
  isCurrent(version: number): boolean;
  /** Something failed there: look before it is used again. */
  doubt(version: number): void;
  /** Refuses the server, because it lacks acknowledged commits. */
  refuse(version: number): void;
  /** The listener is called with the server when another one takes the writes. The first that is found is no other one. */
  onSwitch(listener: (server: Server) => void): void;
  /** Why no server was found when this thread last asked for one; null if one was. */
  problem(): HostError | null;
  close(): void;
}

/** `url`: as the operator gave it; threads that were given the same share what they find. */
export function createHosts(url: string, settings: ConnectionSettings): Hosts {
  const [server] = settings.servers;
  if (server && !settings.needsPrimary) return createFixedHost(server);
  return new FoundHosts(settings, shareKnownPrimary(url));
}

/** One server, used as it is. */
function createFixedHost(server: Server): Hosts {
  return {
    isFixed: true,
    choose: () => Promise.resolve({ server, version: 0 }),
    verify: () => Promise.resolve(),
    isCurrent: () => true,
    doubt: () => undefined,
    refuse: () => undefined,
    onSwitch: () => undefined,
    problem: () => null,
    close: () => undefined,
  };
}

/** One of several servers: the one that takes the writes. */
class FoundHosts implements Hosts {
  readonly isFixed = false;
  readonly #servers: readonly Server[];
  readonly #probes: readonly Probe[];
  readonly #known: KnownPrimary;
  readonly #listeners = new Set<(server: Server) => void>();
  readonly #closing = new AbortController();
  readonly #timers: readonly NodeJS.Timeout[];
  #doubted = 0;
  #noticed = 0;
  #looking: Promise<HostError | null> | undefined;
  #problem: HostError | null = null;

  constructor({ servers, connectTimeoutMs = ANSWER_MS }: ConnectionSettings, known: KnownPrimary) {
    this.#servers = servers;
    this.#probes = servers.map((server) => createProbe(server, connectTimeoutMs));
    this.#known = known;
    const notice = () => this.#notice();
    this.#timers = [
      setInterval(notice, NOTICE_MS).unref(),
      // The main thread watches for all threads.
      ...(isMainThread
        ? [watchPrimary(servers, connectTimeoutMs, known, notice, this.#closing.signal).unref()]
        : []),
    ];
  }

  async choose(): Promise<Choice> {
    for (const started = performance.now(); ;) {
      const version = this.#known.version();
      if (this.#known.isRefused(version)) throw lostCommits();
      const server = this.#server();
      if (server && version !== this.#doubted) {
        this.#noticed ||= version;
        this.#problem = null;
        return { server, version };
      }
      const problem = await (this.#looking ??= this.#look().finally(() => (this.#looking = undefined)));
      if (problem === null) continue;
      if (performance.now() - started > LOOK_FOR_MS || this.#closing.signal.aborted) throw problem;
      await pause(LOOK_PAUSE_MS);
    }
  }

  async verify(client: ClientBase, version: number): Promise<void> {
    const state = await askState(client);
    if (!isCandidate(state, this.#known.get()?.timeline ?? 0) || !this.isCurrent(version))
      throw new HostError('NO_PRIMARY', 'The server takes no writes any more.');
  }

  isCurrent(version: number): boolean {
    return version === this.#known.version();
  }

  doubt(version: number): void {
    if (this.isCurrent(version)) this.#doubted = version;
  }

  refuse(version: number): void {
    this.#known.refuse(version);
  }

  onSwitch(listener: (server: Server) => void): void {
    this.#listeners.add(listener);
  }

  problem(): HostError | null {
    return this.#problem;
  }

  close(): void {
    this.#closing.abort();
    for (const timer of this.#timers) clearInterval(timer);
    for (const probe of this.#probes) probe.close();
  }

  #server(): Server | undefined {
    return this.#servers[this.#known.get()?.index ?? -1];
  }

  /** Tells the listeners what this thread, or another one, has found. */
  #notice(): void {
    const [version, server] = [this.#known.version(), this.#server()];
    const before = this.#noticed;
    if (version === before || !server) return;
    this.#noticed = version;
    if (before !== 0) for (const listener of this.#listeners) listener(server);
  }

  /** Resolves to why there is no server to use; null if one was found. */
  async #look(): Promise<HostError | null> {
    const found = await findPrimary(this.#probes, this.#known);
    // Each thread would otherwise keep a connection to each server.
    for (const probe of this.#probes) probe.close();
    this.#problem = 'reasons' in found ? noneTakesWrites(this.#servers, found.reasons) : null;
    if ('reasons' in found) return this.#problem;
    this.#known.learn(found);
    this.#doubted = 0;
    this.#notice();
    return null;
  }
}
