/** The interface of the command line's commands: how they read options, flags before the environment, and how they show progress. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { format, plural } from '../feed/counts.ts';

/** How the program is run in the project's folder. The package is not published, so no search path contains the program. */
export const PROGRAM = 'npm run stockgate --';

/** The parts of the process that a command may use. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: () => Date;
  /** Results, for the next program in a pipe. */
  readonly out: (text: string) => void;
  /** Messages for a person. */
  readonly err: (text: string) => void;
  /** Whether a person watches `err`, so that progress is worth showing. */
  readonly interactive: boolean;
  /** Aborted when the process is asked to stop (SIGINT, SIGTERM). */
  readonly stop: AbortSignal;
}

export interface Command {
  /** The whole help text. */
  readonly help: string;
  /** The exit code: 0 done, 1 failed. Throws a UsageError for 2. */
  run(args: readonly string[], io: Io): Promise<number>;
}

/** The command line cannot be understood. The message says how to correct it. */
export class UsageError extends Error {}

/** An option: a flag `--name VALUE` with an environment variable `STOCKGATE_NAME`. A boolean's flag takes no value. */
export interface Option {
  readonly schema: z.ZodType;
  readonly type?: 'string' | 'boolean';
  /** May be given several times; in the environment the values are separated by commas. */
  readonly multiple?: boolean;
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

/** Reads options and exactly the positionals named. Throws a UsageError that names the flag and what it takes. */
export function readOptions<O extends Record<string, Option>>(
  options: O,
  positionals: readonly string[],
  args: readonly string[],
  env: Io['env'],
): { values: OptionValues<O>; positionals: string[] } {
  const given = parse(options, args);
  if (given.positionals.length !== positionals.length) {
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
    values[name] = parsed.data;
  }
  // Each option's value came out of its own schema.
  return { values: values as OptionValues<O>, positionals: given.positionals };
}

/** Reports lines, given without their ends, and keeps progress on a line that the next text replaces. */
export function createTerminal({ err, interactive }: Io) {
  const start = interactive ? '\r\x1b[K' : '';
  const startMs = performance.now();
  return {
    report: (line: string) => err(`${start}${line}\n`),
    /** `1,234 rows, 5,000 a second`, where a person watches. */
    showProgress: (count: number, noun: string) => {
      const elapsedMs = Math.max(1, performance.now() - startMs);
      const rate = Math.round((count / elapsedMs) * 1000);
      if (interactive) err(`${start}${plural(count, noun)}, ${format(rate)} a second`);
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
