/** What a request costs in processor time, of all threads of the server. */
import { readFileSync } from 'node:fs';
import type { Measuring } from './bench.ts';
import { Skipped } from './measure.ts';

/** Linux counts processor time in hundredths of a second for programs, whatever the kernel's own clock is. */
const TICK_US = 10_000;
/** Fields of /proc/PID/stat after the name, which may hold spaces: time in the program, and in the kernel for it. */
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/** Measures microseconds of processor time a request, garbage collection and idle threads included. Linux only. */
export const inProcessorTime: Measuring = (bench, label, server, shape, options) => ({
  label,
  measure: async () => {
    const before = processorUs(server.pid);
    const { allAnswers } = await bench.load(server, shape, options);
    return (processorUs(server.pid) - before) / allAnswers;
  },
  close: () => server.stop(),
});

function processorUs(pid: number): number {
  const fields = readStat(pid)
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) * TICK_US;
}

function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    throw new Skipped('processor time is read from /proc, which is not there');
  }
}
