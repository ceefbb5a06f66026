/** Runs a `stockgate` command within the test's process, which is faster than starting another process. */
import { PassThrough } from 'node:stream';
import type { Command, Io } from '../../src/cli/options/command.ts';
import { runProgram } from '../../src/cli/commands.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Throws what the command throws. */
export async function runHere(
  command: Command,
  args: readonly string[],
  stop = new AbortController().signal,
): Promise<Said> {
  return listen(stop, {}, (io) => command.run(args, io));
}

/** Runs the program with these arguments, the command's name first. Errors become text and an exit code, as in a process. */
export async function runProgramHere(args: readonly string[], env: Io['env'] = {}): Promise<Said> {
  return listen(new AbortController().signal, env, (io) => runProgram(args, io));
}

async function listen(stop: AbortSignal, env: Io['env'], run: (io: Io) => Promise<number>): Promise<Said> {
  let out = '';
  let err = '';
  const output = new PassThrough().setEncoding('utf8');
  output.on('data', (text: string) => (out += text));
  const code = await run({
    env,
    clock: () => new Date(),
    out: (text) => void (out += text),
    output,
    err: (text) => void (err += text),
    interactive: false,
    stop,
  });
  return { code, out, err };
}
