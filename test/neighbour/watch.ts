/** Loaded into the gateway before its program: tells its parent how long one turn of the event loop took, and how much memory there was. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

export interface Watched {
  /** The longest turn by the processor time of the thread of the connections, which a busy machine does not lengthen. */
  readonly turnCpuMs: number;
  /** The same by the clock. */
  readonly turnMs: number;
  /** Processor time of all threads since the process began. */
  readonly cpuMs: number;
  /** Resident memory of the process at most, in MiB. */
  readonly residentMib: number;
}

const INTERVAL_MS = 2;

let [cpu, clock] = [cpuMs(), performance.now()];
let [turnCpuMs, turnMs] = [0, 0];

setInterval(() => {
  const [nowCpu, now] = [cpuMs(), performance.now()];
  turnCpuMs = Math.max(turnCpuMs, nowCpu - cpu);
  turnMs = Math.max(turnMs, now - clock - INTERVAL_MS);
  [cpu, clock] = [nowCpu, now];
}, INTERVAL_MS).unref();

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({
    turnCpuMs,
    turnMs,
    cpuMs: (user + system) / 1_000,
    residentMib: peakMib(),
  } satisfies Watched);
  [turnCpuMs, turnMs] = [0, 0];
});
// Whoever listens keeps the process alive.
process.channel?.unref();

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Since the process began: a peak that passed between two looks counts too. */
function peakMib(): number {
  const [, kib] = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Math.round(Number(kib) / 1_024);
}
