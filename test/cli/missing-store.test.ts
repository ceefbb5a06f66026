/** A command that reads or changes what a store has makes no store of a path with a typing error. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runProgramHere } from '../support/run-here.ts';
import { makeFolder } from '../support/stores/databases.ts';

const folder = makeFolder();
afterAll(() => folder.remove());

test.each([
  ['supplier', 'list'],
  ['supplier', 'rename', 'a', 'b'],
  ['supplier', 'delete', 'a'],
  ['sku', 'delete', 'x', '--supplier', 'a'],
  ['token', 'create', '--supplier', 'a'],
  ['token', 'list'],
  ['token', 'rotate', '0123456789ab'],
  ['webhook', 'create', '--supplier', 'a', '--url', 'https://shop.example/'],
  ['webhook', 'list', '--supplier', 'a'],
  ['webhook', 'ping', 'x'],
  ['export', 'inventory', '--supplier', 'a'],
])('%s %s', async (...args) => {
  const path = join(folder.path, 'typo.db');
  expect(await runProgramHere([...args, '--database', `sqlite:${path}`])).toMatchObject({
    code: 1,
    err: expect.stringContaining(`There is no database at ${path}.`),
  });
  expect(existsSync(path)).toBe(false);
});
