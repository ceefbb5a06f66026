/** The build: nothing is built twice, and nothing stale is run. */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { build } from '../../build.ts';
import { run } from '../support/machine/process.ts';

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stockgate-build-'));
  write('src/demo/demo-skus.csv', 'sku_id\n');
  write(
    'src/main.ts',
    `import { Worker } from 'node:worker_threads';
    import { name } from './name.ts';
    new Worker(new URL('a-thread.ts', import.meta.url), { workerData: name satisfies string });`,
  );
  write('src/name.ts', `export const name: string = 'first';`);
  write(
    'src/a-thread.ts',
    `import { workerData } from 'node:worker_threads';
    console.log('a thread of', workerData);`,
  );
  write('src/board/index.html', '<link href="board.css" /><script type="module" src="main.tsx"></script>');
  write('src/board/icon.svg', '<svg xmlns="http://www.w3.org/2000/svg" />');
  write('src/board/main.tsx', `document.title = 'Board';`);
  write('src/board/live/live-worker.ts', 'postMessage(1);');
  for (const name of ['base', 'grid', 'panels', 'webhooks'])
    write(`src/board/styles/${name}.css`, `.${name} { color: red }`);
  await build(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const built = () => join(folder, 'dist', 'main.js');

test('the built program starts its threads', async () => {
  expect(await run(process.execPath, [built()])).toMatchObject({ code: 0, stdout: 'a thread of first\n' });
});

test('the board’s page names the files that stand beside it', () => {
  const board = join(folder, 'dist', 'board');
  const page = readFileSync(join(board, 'index.html'), 'utf8');
  const names = Array.from(page.matchAll(/"\/board\/([\w-]+\.(?:css|js))"/g), ([, name = '']) => name);
  expect(names).toHaveLength(2);
  for (const name of names) expect(statSync(join(board, name)).size).toBeGreaterThan(0);
});

test('what is fresh is not built again, and so needs no folder that can be written', async () => {
  const { mtimeMs } = statSync(built());
  await build(folder);
  expect(statSync(built()).mtimeMs).toBe(mtimeMs);
});

test('a source that changed is built', async () => {
  write('src/name.ts', `export const name: string = 'second';`);
  await build(folder);
  expect(await run(process.execPath, [built()])).toMatchObject({ stdout: 'a thread of second\n' });
});

test('a source that was taken away is missed', async () => {
  // As if it had been built an hour ago, so that the clock's resolution does not matter.
  const before = new Date(Date.now() - 3_600_000);
  for (const path of [
    'src',
    'src/demo',
    'src/demo/demo-skus.csv',
    'src/main.ts',
    'src/name.ts',
    'src/a-thread.ts',
  ])
    utimesSync(join(folder, path), before, before);
  rmSync(join(folder, 'src', 'name.ts'));
  await expect(build(folder)).rejects.toThrow('name.ts');
});

test('builds at once do not disturb each other', async () => {
  write('src/name.ts', `export const name: string = 'second';`);
  await Promise.all([build(folder), build(folder), build(folder)]);
  expect(await run(process.execPath, [built()])).toMatchObject({ stdout: 'a thread of second\n' });
});

test('a build that fails leaves the last one in place, and nothing else', async () => {
  const text = readFileSync(built(), 'utf8');
  write('src/name.ts', `export const name: string = `);
  await expect(build(folder)).rejects.toThrow('Unexpected');
  expect(readFileSync(built(), 'utf8')).toBe(text);
  expect(readdirSync(folder)).toEqual(['dist', 'src']);
});
