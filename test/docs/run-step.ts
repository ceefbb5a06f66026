/** Runs an example as a reader would, and returns what it prints. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Step } from './steps.ts';
import { CURSOR, linesOf } from './compare.ts';

/** The longest that a step may take: some start four programs, one after another, on a machine with much else to do. */
const STEP_MS = 75_000;

/** Where examples run: a copy of the checkout made of links, and a demo that listens somewhere else than pages say. */
export interface Place {
  readonly folder: string;
  readonly origin: string;
  readonly database: string;
}

/** The address and the token that pages have; the demo accepts the token. */
export const PRINTED_ORIGIN = 'http://127.0.0.1:4000';
const TOKEN = '1083e3ec5c40b36fd663ba925bc8d864061463e2';

/** Throws with everything that was printed when the example fails. */
export async function runStep(step: Step, place: Place): Promise<string> {
  const text = step.text.replaceAll(PRINTED_ORIGIN, place.origin).replaceAll(CURSOR, withoutTime);
  const printed = await run(step, text, place);
  return printed.replaceAll(place.origin, PRINTED_ORIGIN);
}

/** The same position without the time of the day on which the page was written. */
function withoutTime(cursor: string): string {
  const [position] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [number, string];
  return Buffer.from(JSON.stringify([position])).toString('base64url');
}

function run(step: Step, text: string, place: Place): Promise<string> {
  if (step.language === 'graphql') return runGraphql(step, text, place);
  if (step.language === 'sh') {
    // What is installed already is what is tested.
    const script = text.replaceAll(/\bnpm ci\b/g, 'true');
    return runProgram(step, 'bash', ['-euo', 'pipefail', '-c', script], place);
  }
  const file = join(place.folder, 'example.mjs');
  writeFileSync(file, text);
  return runProgram(step, process.execPath, [file], place);
}

async function runGraphql({ place: at, variables, output }: Step, query: string, { origin }: Place) {
  const isStream = /^\s*subscription\b/m.test(query);
  const stop = new AbortController();
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      accept: isStream ? 'text/event-stream' : 'application/json',
    },
    body: JSON.stringify({ query, variables: variables === null ? {} : JSON.parse(variables) }),
    signal: stop.signal,
  });
  if (!isStream) {
    const answer = await response.text();
    if (answer.includes('"errors"') && !output?.includes('"errors"')) throw new Error(`${at}: ${answer}`);
    return answer;
  }
  let events = '';
  for await (const piece of response.body ?? []) {
    events += Buffer.from(piece).toString();
    if (isEnough(events, output)) break;
  }
  stop.abort();
  return firstLines(events, output);
}

async function runProgram(step: Step, program: string, args: readonly string[], place: Place) {
  const child = spawn(program, args, {
    cwd: place.folder,
    // A process group of its own: what stays is ended with all that it started.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PATH: [join(place.folder, 'node_modules/.bin'), dirname(process.execPath), process.env['PATH']].join(
        delimiter,
      ),
      URL: `${place.origin}/graphql`,
      STOCKGATE_PORT: '0',
      STOCKGATE_DATABASE: place.database,
    },
  });
  let stdout = '';
  let stderr = '';
  const end = () => child.pid !== undefined && child.exitCode === null && process.kill(-child.pid, 'SIGTERM');
  const timer = setTimeout(end, STEP_MS);
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (step.stays && isEnough(stdout, step.output)) end();
  });
  await once(child, 'close');
  clearTimeout(timer);
  const isGood = step.stays ? isEnough(stdout, step.output) : child.exitCode === 0;
  if (!isGood) throw new Error(`${step.place} failed (${child.exitCode}):\n${stdout}\n${stderr}`);
  return step.stays ? firstLines(stdout, step.output) : stdout;
}

/** What stays has begun once it printed as many whole lines as the page, or one where the page prints none. */
function isEnough(printed: string, output: string | null): boolean {
  const whole = printed.slice(0, printed.lastIndexOf('\n') + 1);
  return linesOf(whole).length >= (output === null ? 1 : linesOf(output).length);
}

/** It may print more before it is stopped. */
function firstLines(printed: string, output: string | null): string {
  return linesOf(printed)
    .slice(0, output === null ? 1 : linesOf(output).length)
    .join('\n');
}
