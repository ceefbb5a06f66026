#!/usr/bin/env -S node --max-semi-space-size=8 --v8-pool-size=1
/** The process: picks the command, and is the only one to read argv, environment, clock, streams and signals. */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { findCommand, helpText, isCommand } from './cli/commands.ts';
import { PROGRAM, UsageError, type Io } from './cli/command.ts';
import { hideSecrets } from './db/driver/database-url.ts';
import { UnavailableError } from './domain/unavailable.ts';

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
  err: (text) => void process.stderr.write(text),
  interactive: process.stderr.isTTY,
  stop: stop.signal,
};

const code = await run(process.argv.slice(2));
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

async function run(args: readonly string[]): Promise<number> {
  const [given, ...rest] = args;
  const name = given === '--version' ? 'version' : given;
  if (name === undefined || name === 'help' || name.startsWith('-')) {
    io.out(helpText());
    return name === undefined ? 2 : 0;
  }
  try {
    const command = await findCommand(name);
    if (rest.includes('--help') || rest.includes('-h')) {
      io.out(command.help);
      return 0;
    }
    return await command.run(rest, io);
  } catch (error) {
    const say = (line: string) => io.err(`${hideSecrets(line, [...args, ...settings()])}\n`);
    say(`stockgate: ${describe(error)}`);
    if (!(error instanceof UsageError)) return 1;
    say(`See: ${PROGRAM} ${isCommand(name) ? `${name} ` : ''}--help`);
    return 2;
  }
}

/** What the environment sets: a URL's password may be there. */
function settings(): string[] {
  return Object.entries(process.env).flatMap(([name, value = '']) =>
    /^STOCKGATE_/.test(name) ? [value] : [],
  );
}

/** To who runs a command, what is behind it says more than what a client is told. */
function describe(error: unknown): string {
  if (error instanceof UnavailableError && error.cause !== undefined) return describe(error.cause);
  return error instanceof Error ? error.message : String(error);
}
