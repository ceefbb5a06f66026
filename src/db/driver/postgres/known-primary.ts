/** Which server takes the writes, as far as any thread of the process has seen. All threads share it. */
import { hash } from 'node:crypto';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** One number holds the timeline and the server, so that threads read and replace both at once. */
const MAX_SERVERS = 64;

/** A server of the list, and its timeline: each promotion of a standby begins a new one, with the next number. */
export interface Primary {
  readonly index: number;
  readonly timeline: number;
}

export interface KnownPrimary {
  /** Changes with the server and its timeline. 0: none is known. */
  version(): number;
  get(): Primary | null;
  /** Remembers the server, unless one of a later timeline is known. */
  learn(primary: Primary): void;
  /** Refuses this version: the server lacks acknowledged commits. A later timeline is another version. */
  refuse(version: number): void;
  isRefused(version: number): boolean;
}

/** The memory is made by the first thread that asks. Threads that start later inherit it. */
export function shareKnownPrimary(url: string): KnownPrimary {
  const name = `stockgate primary ${hash('sha256', url)}`;
  const shared: unknown = getEnvironmentData(name);
  const memory =
    shared instanceof SharedArrayBuffer ? shared : new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  setEnvironmentData(name, memory);
  const cells = new Int32Array(memory);
  const version = () => Atomics.load(cells, 0);
  return {
    version,
    get: () => toPrimary(version()),
    learn(primary) {
      for (;;) {
        const before = version();
        if (before !== 0 && primary.timeline < (toPrimary(before)?.timeline ?? 0)) return;
        if (Atomics.compareExchange(cells, 0, before, toVersion(primary)) === before) return;
      }
    },
    refuse: (refused) => void Atomics.store(cells, 1, refused),
    isRefused: (asked) => asked !== 0 && Atomics.load(cells, 1) === asked,
  };
}

function toVersion({ index, timeline }: Primary): number {
  return timeline * MAX_SERVERS + index + 1;
}

function toPrimary(version: number): Primary | null {
  if (version === 0) return null;
  return { index: (version - 1) % MAX_SERVERS, timeline: Math.floor((version - 1) / MAX_SERVERS) };
}
