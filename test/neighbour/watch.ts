/** Loaded into the gateway's process: tells its parent the longest turn of the event loop and the memory in use. */
import { readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

export interface Watched {
  /** The longest turn of the main thread in processor time, which other programs do not lengthen. */
  readonly turnCpuMs: number;
  /** The longest turn by the clock. */
  readonly turnMs: number;
  /** Processor time of all threads since the process started. */
  readonly cpuMs: number;
  /** The largest resident memory since the last message, in MiB. */
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
  forgetPeak();
});
// A listener on the channel would keep the process alive.
process.channel?.unref();

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Reads the kernel's own peak, which includes peaks between two messages. */
function peakMib(): number {
  const [, kib] = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Math.round(Number(kib) / 1_024);
}

/** Lets VmHWM start again from what is resident now: `man 5 proc`, clear_refs. */
function forgetPeak(): void {
  writeFileSync('/proc/self/clear_refs', '5');
}
