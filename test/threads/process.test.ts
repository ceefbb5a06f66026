/** `--threads` from outside: its values, a port that is in use, and the end of the process when a thread ends by itself. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { readOptions, UsageError } from '../../src/cli/options/command.ts';
import { serveOptions } from '../../src/cli/options/settings.ts';
import { spawnGateway, startGateway, untilListening } from '../support/machine/process.ts';

const folder = mkdtempSync(join(tmpdir(), 'stockgate-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const database = (name: string) => `sqlite:${join(folder, name)}`;

test('auto takes all cores, and other values are refused with what to give', () => {
  const { schema } = serveOptions.threads;
  expect(schema.parse(undefined)).toBe(1);
  expect(schema.parse('auto')).toBe(Math.min(64, availableParallelism()));
  expect(schema.parse('64')).toBe(64);
  const read = (args: readonly string[], env = {}) => readOptions(serveOptions, [], args, env);
  const message = '--threads (STOCKGATE_THREADS): Give a number of threads, 1 to 64, or auto.';
  for (const value of ['0', '65', '1.5', '-1', 'many', '', '1e1', ' 2'])
    expect(() => read([`--threads=${value}`])).toThrow(new UsageError(message));
  expect(() => read([], { STOCKGATE_THREADS: '0' })).toThrow(new UsageError(message));
});

test('a second gateway does not join in on a port that one with threads has', async () => {
  const first = await startGateway(database('first.db'), '--threads', '2', '--log-level', 'silent');
  const second = spawnGateway(
    database('second.db'),
    ['--threads', '2', '--log-level', 'silent', '--port', first.port],
    { stderr: 'pipe' },
  );
  let err = '';
  second.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = await once(second, 'close');
  expect(code).toBe(1);
  expect(err).toMatch(/EADDRINUSE/);
  expect(await first.stop()).toBe(0);
});

test('a thread that ends by itself ends the process, with its reason in the log', async () => {
  const mark = join(folder, 'die');
  const preload = fileURLToPath(new URL('../fixtures/dying-thread.ts', import.meta.url));
  const child = spawnGateway(database('dying.db'), ['--threads', '3'], {
    env: { NODE_OPTIONS: `--import=${preload}`, STOCKGATE_TEST_DIE: mark },
    stderr: 'pipe',
  });
  let err = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  await untilListening(child);
  writeFileSync(mark, '');
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  const fatal = err.split('\n').find((line) => line.startsWith('{"level":60'));
  expect(JSON.parse(fatal ?? '{}')).toMatchObject({
    msg: 'an HTTP thread has ended: the gateway stops',
    err: {
      message: expect.stringContaining(
        'HTTP thread 2 has failed: Error: A thread that nobody expected to end.',
      ),
    },
  });
  expect(err).toContain('dying-thread.ts');
});
