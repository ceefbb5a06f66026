#!/usr/bin/env -S node --max-semi-space-size=16 --v8-pool-size=2
/** The process: runs the command, and is the only one to read argv, environment, clock, streams and signals. */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { runProgram } from './cli/commands.ts';
import type { Io } from './cli/options/command.ts';

// Every start but the first finds its modules compiled. Not in the temporary folder, which others can write to.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/stockgate', import.meta.url)));

const stop = new AbortController();
const signals = ['SIGINT', 'SIGTERM'] as const;
for (const signal of signals) process.on(signal, stopInOrder);
// A reader that stops early (`token list | head -1`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const io: Io = {
  env: process.env,
  clock: () => new Date(),
  out: (text) => void process.stdout.write(text),
  output: process.stdout,
  err: (text) => void process.stderr.write(text),
  interactive: process.stderr.isTTY,
  stop: stop.signal,
};

const code = await runProgram(process.argv.slice(2), io);
// What is open still after a failure stays so. A SQLite file whose disk failed must not be closed: its log would be removed.
if (code === 1) {
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(code);
}
process.exitCode = code;

/** The first signal stops the command in order, the third ends the process at once. */
function stopInOrder(): void {
  // Ctrl-C under npm arrives twice: the terminal signals every process, and npm passes its own signal on.
  if (stop.signal.aborted) for (const signal of signals) process.off(signal, stopInOrder);
  stop.abort();
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}
