/** What `npm pack` makes of the client: small, typed, and the same in Node 20 and in a page of another origin. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../../packages/client/src/client.ts';
import { lacksBrowser, launchBrowser } from '../support/machine/browser.ts';
import { range } from '../support/range.ts';
import { openDemoGateway, TOKEN } from './demo-gateway.ts';
import { packClient, type PackedClient } from './packed-client.ts';
import { runIn } from '../support/machine/run-in.ts';

const MAX_GZIP_BYTES = 6_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(root, 'node_modules/typescript/bin/tsc');

let client: PackedClient;
beforeAll(async () => {
  client = await packClient();
});
afterAll(() => client.remove());

test('it holds modules and their types, no bundle, and needs no other package', () => {
  expect(client.files.filter((name) => !name.startsWith('dist/'))).toEqual([
    'LICENSE',
    'README.md',
    'package.json',
  ]);
  const built = client.files.filter((name) => name.startsWith('dist/'));
  expect(built).toContain('dist/client.d.ts');
  expect(built.filter((name) => name.endsWith('.js')).length).toBeGreaterThan(5);
  expect(built.filter((name) => !/^dist\/[\w-]+(?:\.js|\.d\.ts)$/.test(name))).toEqual([]);
  const manifest = JSON.parse(readFileSync(join(client.path, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  expect(Object.keys(manifest).filter((name) => /dependencies/i.test(name))).toEqual([]);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(manifest).toMatchObject({ version, type: 'module', sideEffects: false, engines: { node: '>=20' } });
  const imports = built
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) => readFileSync(join(client.path, name), 'utf8').match(/(?<=from ')[^']+/g) ?? []);
  expect(imports.filter((name) => !name.startsWith('./'))).toEqual([]);
});

test('it has less than 6 kB, minified and compressed', async () => {
  const sources = await rolldown({ input: join(client.path, 'dist/client.js'), platform: 'browser' });
  const { output } = await sources.generate({ format: 'esm', minify: true });
  expect(output).toHaveLength(1);
  expect(gzipSync(output[0].code, { level: 9 }).length).toBeLessThan(MAX_GZIP_BYTES);
});

const APP = `
import { createClient, BulkError, StockgateError, type Sku, type StoredChangeEvent, type UpdateResult } from '@stockgate/client';

const client = createClient({ url: 'https://stock.example.com', token: 'a', fetch, deadlineMs: 5_000 });
const result: UpdateResult = await client.update({ identifier: { isbn: '1' }, restrictions: 'DISCONTD', expected: { version: 1 } });
if (result.ok) {
  const sku: Sku = result.sku;
  console.log(sku.quantityInStock + 1, result.change?.delta.quantityInStock);
} else if (result.error.code === 'PRECONDITION_FAILED') {
  console.log(result.error.current.version + 1, result.error.lastChange?.actor);
} else if (result.error.code === 'AMBIGUOUS_IDENTIFIER') {
  console.log(result.error.candidates[0]?.skuId);
}
const { results } = await client.bulk([{ identifier: { skuId: 'a' }, quantityInStock: 1 }], { atomicity: 'ALL_OR_NOTHING' });
for (const row of results) if (!row.ok) console.log(row.index, row.error.message);
for await (const sku of client.skus({ filter: { availability: 'BACKORDER' } })) console.log(sku.title?.length);
for await (const { cursor, change } of client.changes()) console.log(cursor, change.before.backorderDate, change.id.length);
const live = client.live({ onStatus: (status) => status.state === 'resuming' && console.log(status.error.code) });
for await (const event of live) {
  const { change }: StoredChangeEvent = event;
  console.log(change.skuId, change.id.length);
}
const file = await client.importFile(new Blob(['a']), { mode: 'full', onProgress: ({ rowsDone }) => console.log(rowsDone) });
console.log(file.ok ? file.report.applied + 1 : file.error.allowZeroing);
try {
  await client.undo({ groupId: 'a' }, { signal: AbortSignal.timeout(100) });
} catch (error) {
  if (error instanceof BulkError) console.log(error.answered + 1);
  if (error instanceof StockgateError) console.log(error.code === 'TIMED_OUT', error.mayBeApplied);
}
// @ts-expect-error A SKU has one identifier.
await client.sku({ isbn: '1', ean13: '2' });
// @ts-expect-error There is no such restriction.
await client.update({ identifier: { skuId: 'a' }, restrictions: 'GONE' });
// @ts-expect-error It is not known to be refused.
console.log(result.error);
export {};
`;

const browserOptions = { module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'], types: [] };
const nodeOptions = {
  module: 'nodenext',
  lib: ['es2022'],
  types: ['node'],
  exactOptionalPropertyTypes: true,
};
test.each([
  ['a page', browserOptions],
  ['a program of Node', nodeOptions],
])('it type-checks under strict in %s', async (_where, options) => {
  const compilerOptions = {
    ...options,
    strict: true,
    target: 'es2022',
    noEmit: true,
    noUncheckedIndexedAccess: true,
    typeRoots: [join(root, 'node_modules/@types')],
  };
  writeFileSync(join(client.folder, 'app.ts'), APP);
  writeFileSync(join(client.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
  await runIn(client.folder, process.execPath, [TSC, '-p', client.folder]);
});

/** Follows what a bulk call of its own changes, and gives what both saw. Runs in Node and in a page as it is. */
const SURVIVE = `
import { createClient } from '@stockgate/client';

export async function survive(url, token, skuId, count) {
  const client = createClient({ url, token });
  const states = [];
  const versions = [];
  let whenLive;
  const isLive = new Promise((resolve) => (whenLive = resolve));
  const onStatus = ({ state }) => {
    states.push(state);
    if (state === 'live') whenLive();
  };
  const following = (async () => {
    for await (const { change } of client.live({ filter: { skuIds: [skuId] }, onStatus })) {
      versions.push(change.version);
      if (versions.length === count) return;
    }
  })();
  await isLive;
  const rows = Array.from({ length: count }, (_, i) => ({ identifier: { skuId }, quantityInStock: 1_000 + i }));
  const { ok, appliedCount, results } = await client.bulk(rows);
  await following;
  const file = await client.importFile('sku_id,quantity_in_stock\\nteddy-bear,3\\n');
  return { states, versions, ok, appliedCount, results: results.map((row) => row.sku.version), file: file.ok };
}
`;

const ROWS = 20_001;
/** Two starts of the gateway, and 20,000 changes that are followed. */
const PATIENCE = 180_000;

/** Kills the gateway while \`survive\` runs, and checks what it saw. */
async function killMeanwhile(
  flags: readonly string[],
  start: (url: string) => Promise<string>,
): Promise<void> {
  const gateway = await openDemoGateway('--rate-limit', '0', ...flags);
  try {
    const watcher = createClient({ url: gateway.url, token: TOKEN });
    const survived = start(gateway.url);
    for (const rows of [0, 10_000]) {
      await expect
        .poll(async () => (await watcher.sku({ skuId: 'duck-1' }))?.version ?? 0, { timeout: PATIENCE })
        .toBeGreaterThan(rows);
      await gateway.kill();
      await gateway.restart();
    }
    const seen = JSON.parse(await survived) as Record<'states' | 'versions' | 'results', unknown[]>;
    expect(seen).toMatchObject({ ok: true, appliedCount: ROWS, file: true });
    expect(seen.states).toContain('resuming');
    expect(seen.versions).toEqual(range(ROWS));
    expect(seen.results).toEqual(range(ROWS));
  } finally {
    await gateway.close();
  }
}

const node20 = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  try {
    return execFileSync(path, ['--version'], { encoding: 'utf8' }).startsWith('v20.');
  } catch {
    return false;
  }
});

test.skipIf(node20 === undefined)(
  'in Node 20 it survives kills of the gateway, without loss or doubling',
  async () => {
    writeFileSync(join(client.folder, 'survive.js'), SURVIVE);
    const program = `import { survive } from './survive.js';
      console.log(JSON.stringify(await survive(process.argv[2], '${TOKEN}', 'duck-1', ${ROWS})));`;
    writeFileSync(join(client.folder, 'run.js'), program);
    await killMeanwhile([], (url) => runIn(client.folder, node20 ?? '', ['run.js', url]));
  },
  PATIENCE,
);

test.skipIf(lacksBrowser)(
  'in a page of another origin it does too',
  async () => {
    const page = createServer(({ url = '/' }, response) => {
      const isScript = url.endsWith('.js');
      const script =
        url === '/survive.js' ? SURVIVE : isScript ? readFileSync(join(client.path, 'dist', url)) : '';
      const map = JSON.stringify({ imports: { '@stockgate/client': '/client.js' } });
      response
        .writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
        .end(isScript ? script : `<!doctype html><script type="importmap">${map}</script>`);
    });
    await once(page.listen(0, '127.0.0.1'), 'listening');
    const origin = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
    const browser = await launchBrowser();
    try {
      const tab = await browser.newPage();
      await tab.goto(origin);
      await killMeanwhile(['--cors-origin', origin], (url) =>
        tab.evaluate(
          `import('/survive.js').then(({ survive }) => survive('${url}', '${TOKEN}', 'duck-1', ${ROWS})).then(JSON.stringify)`,
        ),
      );
    } finally {
      await browser.close();
      page.close();
    }
  },
  PATIENCE,
);
