/** What all commands share: their interface, how they read options, and how they show progress. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { format, plural } from '../../feed/counts.ts';

/** How the program is run in the project's folder. The package is not published, so no search path contains the program. */
export const PROGRAM = 'npm run stockgate --';

/** The parts of the process that a command may use. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: () => Date;
  /** Results, for the next program in a pipe. */
  readonly out: (text: string) => void;
  /** Where `out` writes to, for a result too long to be held. */
  readonly output: NodeJS.WritableStream;
  /** Messages for a person. */
  readonly err: (text: string) => void;
  /** Whether a person watches `err`, so that progress is worth showing. */
  readonly interactive: boolean;
  /** Aborted when the process is asked to stop (SIGINT, SIGTERM). */
  readonly stop: AbortSignal;
}

/** A command of the program. */
export interface Command {
  /** The whole help text. */
  readonly help: string;
  /** Resolves to the exit code: 0 done, 1 failed. Rejects with a UsageError for 2, and with any other error for 1. */
  run(args: readonly string[], io: Io): Promise<number>;
}

/** The command line cannot be understood. The message says how to correct it. */
export class UsageError extends Error {}

/** An option: a flag `--name VALUE` with an environment variable `STOCKGATE_NAME`. A boolean's flag takes no value. */
export interface Option {
  readonly schema: z.ZodType;
  readonly type?: 'string' | 'boolean';
  /** Whether it may be given several times. In the environment, commas separate the values. */
  readonly multiple?: boolean;
  /** Adds what other variables of the environment say. Throws an Error that says what to give. */
  readonly complete?: (value: string, env: Io['env']) => string;
}

/** An action of a command that has several, such as `create` of `stockgate token create`. */
export type Action = Command['run'];

/** The action of this name. Throws a UsageError that lists them all. */
export function chooseAction(actions: Readonly<Record<string, Action>>, name: string | undefined): Action {
  const action = name !== undefined && Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action) return action;
  const names = Object.keys(actions);
  throw new UsageError(names.length > 1 ? `Give one of ${names.join(', ')}.` : `Give ${names.join()}.`);
}

type OptionValues<O extends Record<string, Option>> = { [K in keyof O]: z.output<O[K]['schema']> };

/**
 * Reads the options and exactly the named positionals. One in brackets, such as `[FILE]`, may be left out. A flag wins over the
 * environment. Throws a UsageError that says which flag is wrong and what it takes.
 */
export function readOptions<O extends Record<string, Option>>(
  options: O,
  positionals: readonly string[],
  args: readonly string[],
  env: Io['env'],
): { values: OptionValues<O>; positionals: string[] } {
  const given = parse(options, args);
  const needed = positionals.filter((name) => !name.startsWith('[')).length;
  if (given.positionals.length < needed || given.positionals.length > positionals.length) {
    throw new UsageError(
      positionals.length > 0
        ? `Give exactly: ${positionals.join(' ')}.`
        : `"${given.positionals[0]}" is not expected.`,
    );
  }
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    const fromEnv = env[variableOf(name)];
    const raw = given.values[name] ?? (option.multiple ? fromEnv?.split(',') : fromEnv);
    const parsed = option.schema.safeParse(raw);
    if (!parsed.success) {
      throw new UsageError(
        `--${name} (${variableOf(name)}): ${parsed.error.issues[0]?.message ?? 'not valid'}`,
      );
    }
    values[name] = complete(name, option, parsed.data, env);
  }
  // Each value was parsed by its option's schema. TypeScript cannot follow that through the loop.
  return { values: values as OptionValues<O>, positionals: given.positionals };
}

function complete(name: string, option: Option, value: unknown, env: Io['env']): unknown {
  if (!option.complete || typeof value !== 'string') return value;
  try {
    return option.complete(value, env);
  } catch (error) {
    throw new UsageError(
      `--${name} (${variableOf(name)}): ${error instanceof Error ? error.message : 'not valid'}`,
    );
  }
}

/** What is done to the things that are counted, and how many there are in all. */
export interface Progress {
  readonly verb?: string;
  readonly total?: number;
}

/** Writes to a person: lines, given without their line ends, and progress on a line that the next text replaces. */
export function createTerminal({ err, interactive }: Io) {
  const start = interactive ? '\r\x1b[K' : '';
  let phase = { name: '', startMs: performance.now() };
  let lastMs = phase.startMs;
  return {
    report: (line: string) => err(`${start}${line}\n`),
    /** Shows `1,234 rows read, 5,000 a second, 3 s left` if a person watches. Another noun or verb begins a new count. */
    showProgress: (count: number, noun: string, { verb = '', total }: Progress = {}) => {
      const name = `${noun} ${verb}`;
      if (name !== phase.name) phase = { name, startMs: phase.name === '' ? phase.startMs : lastMs };
      lastMs = performance.now();
      const rate = count / Math.max(1, lastMs - phase.startMs);
      const rows = [plural(count, noun), verb].filter(Boolean).join(' ');
      const left = total === undefined ? '' : `, ${format(Math.ceil((total - count) / rate / 1_000))} s left`;
      if (interactive) err(`${start}${rows}, ${format(Math.round(rate * 1_000))} a second${left}`);
    },
    /** Takes the progress away, before something is printed that does not begin with it. */
    endProgress: () => {
      if (interactive) err(start);
    },
  };
}

function variableOf(name: string): string {
  return `STOCKGATE_${name.replaceAll('-', '_').toUpperCase()}`;
}

function parse(options: Record<string, Option>, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(options).map(([name, { type = 'string', multiple = false }]) => [
          name,
          { type, multiple },
        ]),
      ),
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
