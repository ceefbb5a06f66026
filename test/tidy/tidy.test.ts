/** The house rules of docs/contributing.md, and the rooms of docs/design.md. Each has a control, a bad sample that must be caught, so that none passes by accident. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as tidy from './rules.ts';
import type { Rule, SourceFile } from './rules.ts';
import * as house from './rooms.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (...patterns: string[]): SourceFile[] =>
  globSync(patterns, { cwd: root })
    .sort()
    .map((path) => ({
      path: path.replaceAll('\\', '/'),
      text: readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'),
    }));

const sources = read('src/**/*.{ts,tsx}');
const tests = read('test/**/*.ts');
const configs = read('*.ts');
const client = read('packages/client/src/*.ts');
/** Generated code has no size that anybody chose. */
const writtenClient = client.filter(({ path }) => !path.endsWith('/schema-types.ts'));
// text.ts reads text. That is not a rule of the inventory, so the edge may call it too.
const ruleFiles = read('src/domain/*.ts').filter(({ path }) => path !== 'src/domain/text.ts');

const file = (path: string, text: string): SourceFile => ({ path, text });
const opening = '/** A file. */\n';
const lines = (count: number) => 'f();\n'.repeat(count);

interface HouseRule {
  readonly check: Rule;
  /** Those that must keep it; the sources where none are named. */
  readonly files?: readonly SourceFile[];
  readonly bad: readonly SourceFile[];
  /** What comes close, and is no offence. */
  readonly good: readonly SourceFile[];
}

const houseRules: Readonly<Record<string, HouseRule>> = {
  'imports follow the table of rooms': {
    check: house.importRule,
    bad: [
      file('src/domain/sku.ts', `import { z } from 'zod';`),
      file('src/domain/sku.ts', `import type { Store } from '../db/store/store.ts';`),
      file('src/feed/csv/read-csv.ts', `import { openStore } from '../db/store/open-store.ts';`),
      file('src/db/sku/find-skus.ts', `import type { Plan } from '../update/save-changes.ts';`),
      file('src/db/tokens.ts', `import type { Caller } from '../http/server.ts';`),
      file('src/db/tokens.ts', `import { schema } from '../schema/index.ts';`),
      file('src/db/migrations/migrations.ts', `import type { Tables } from '../store/tables.ts';`),
      file('src/db/migrations/migration-0004.ts', `import type { Tables } from '../store/tables.ts';`),
      file('src/schema/sku/sku.ts', `import type { InventoryChange } from '../change/inventory-change.ts';`),
      file('src/schema/sku/sku.ts', `import type { FastifyRequest } from 'fastify';`),
      file('src/http/legacy/views.ts', `import { inTransaction } from '../../db/store/transaction.ts';`),
      file('src/http/edge/probes.ts', `import type { Door } from '../door/legacy-door.ts';`),
      file('src/http/server.ts', `import pino from 'pino';`),
      file('src/http/server.ts', `const { openStore } = await import('../db/store/open-store.ts');`),
      file('src/http/server.ts', `import '../db/store/open-store.ts';`),
      file('src/http/server.ts', `import { port } from '../cli/settings.ts';`),
      file('src/stray/a.ts', ''),
    ],
    good: [
      file('src/domain/sku.ts', `import type { Identifier } from './identifier.ts';`),
      file('src/domain/sku.ts', `import { createHash } from 'node:crypto';`),
      file('src/db/migrations/migrations.ts', `import * as four from './migration-0004.ts';`),
      file('src/schema/sku/sku.ts', `import DataLoader from 'dataloader'; import '@pothos/plugin-relay';`),
      file('src/cli/serve.ts', `import pino from 'pino'; import { port } from './settings.ts';`),
      file(
        'src/http/legacy/views.ts',
        `import { z } from 'zod'; import type { Sku } from '../../domain/sku.ts';`,
      ),
    ],
  },
  'the edge takes no rule out of the domain': {
    check: tidy.edgeRule(ruleFiles),
    bad: [
      file('src/http/legacy/a.ts', `import { problems, describeRefusal } from '../../domain/refusal.ts';`),
    ],
    good: [
      file('src/http/legacy/a.ts', `import { problems, type Problem } from '../../domain/refusal.ts';`),
      file('src/http/legacy/a.ts', `import { strip } from '../../domain/text.ts';`),
    ],
  },
  'refusals are made in the domain': {
    check: tidy.refusalRule,
    bad: [
      file('src/db/update/a.ts', `const refusal = { problem: 'ROLLED_BACK' };`),
      file('src/schema/a.ts', `f({\n  problem: "CHANGE_NOT_FOUND",\n id });`),
    ],
    good: [
      file('src/domain/a.ts', `const refusal = { problem: 'ROLLED_BACK' };`),
      file('src/db/a.ts', `const refusal = { problem: cells[0] }; // { problem: 'ROLLED_BACK' }`),
      file(
        'src/db/a.ts',
        `type A = { problem: 'ROLLED_BACK' }; const finding = { problem: 'It is damaged' };`,
      ),
    ],
  },
  'nothing is re-exported': {
    check: tidy.reexportRule,
    bad: [file('src/a.ts', `export * from './b.ts';`), file('src/a.ts', `export { b } from './b.ts';`)],
    good: [file('src/a.ts', `import { b } from './b.ts'; export const c = b;`)],
  },
  'the client imports only its own files': {
    check: tidy.clientImportRule,
    files: client,
    bad: [
      file('packages/client/src/a.ts', `import { print } from 'graphql';`),
      file('packages/client/src/a.ts', `import { openAsBlob } from 'node:fs';`),
      file('packages/client/src/a.ts', `import type { Sku } from '../../../src/domain/sku.ts';`),
    ],
    good: [file('packages/client/src/a.ts', `import type { Sku } from './schema-types.ts';`)],
  },
  'a file has 220 lines at most': {
    check: tidy.fileSizeRule,
    files: [...sources, ...writtenClient],
    bad: [file('src/a.ts', lines(221))],
    good: [file('src/a.ts', lines(220))],
  },
  'a function has 50 lines at most': {
    check: tidy.functionSizeRule,
    files: [...sources, ...writtenClient],
    bad: [
      file('src/a.ts', `function g() {\n${lines(49)}}`),
      file('src/a.ts', `const g = async (\n a: number,\n) => {\n${lines(47)}};`),
      file('src/a.ts', `const g = {\n h() {\n${lines(49)}} };`),
    ],
    good: [file('src/a.ts', `function g() {\n${lines(48)}}\nfunction h() {\n${lines(48)}}`)],
  },
  'a file opens with a sentence on what lives there': {
    check: tidy.firstLineRule,
    files: [...sources, ...client],
    bad: [file('src/a.ts', `import 'b';`), file('src/a.ts', `// A file.`), file('src/a.ts', `\n${opening}`)],
    good: [file('src/a.ts', opening), file('src/a.ts', `#!/usr/bin/env node\n${opening}`)],
  },
  'there is no any': {
    check: tidy.anyRule,
    files: [...sources, ...client],
    bad: [
      file('src/a.ts', `const a: any = 1;`),
      file('src/a.ts', `f<any>();`),
      file('src/a.ts', `b as any[];`),
    ],
    good: [file('src/a.ts', `// any\nconst many = 'any';`)],
  },
  'there is no non-null !': {
    check: tidy.nonNullRule,
    files: [...sources, ...client],
    bad: [file('src/a.ts', `a!.b;`), file('src/a.ts', `f(a[0]!);`)],
    good: [file('src/a.ts', `if (!a !== !b) c('!');`)],
  },
  'there is no default export': {
    check: tidy.defaultExportRule,
    files: [...sources, ...tests, ...client, ...configs].filter(
      // Both are asked for by vitest.
      ({ path }) => path !== 'vitest.config.ts' && path !== 'test/support/stores/postgres-for-all.ts',
    ),
    bad: [file('src/a.ts', `export default 1;`), file('src/a.ts', `export default function f() {}`)],
    good: [file('src/a.ts', `export const a = 'export default';`)],
  },
  'nothing is left to do': {
    check: tidy.unfinishedRule,
    files: [...sources, ...client],
    bad: [file('src/a.ts', '// TODO: later'), file('src/a.ts', '/* FIXME */')],
    good: [file('src/a.ts', '// Todos are no more.')],
  },
  'nothing is printed past the log': {
    check: tidy.consoleRule,
    files: [...sources, ...client],
    bad: [file('src/a.ts', `console.log(1);`), file('src/a.ts', `const { log } = console;`)],
    good: [file('src/a.ts', `// console.log`)],
  },
  'programs alone read the process and the clock': {
    check: tidy.processRule,
    bad: [
      file('src/cli/serve.ts', `const { argv } = process;`),
      file('src/db/a.ts', `new Date();`),
      file('src/db/a.ts', `Date.now();`),
    ],
    good: [
      file('src/main.ts', `process.exit(); new Date();`),
      file('src/db/a.ts', `new Date(0); Date.parse(a);`),
    ],
  },
  'the words are those of the design': {
    check: tidy.wordsRule,
    bad: ['vendorId', 'tenant', 'quantityOnHand', 'on_hand', 'barcode', 'backorders'].map((word) =>
      file('src/a.ts', `export const a = { ${word}: 1 };`),
    ),
    good: [file('src/a.ts', `const quantityOnBackorder = 1; // vendor`)],
  },
  'a file is named in kebab-case, for what lives there': {
    check: tidy.fileNameRule,
    files: [...sources, ...tests, ...client],
    bad: [
      'writeQueue.ts',
      'WriteQueue.ts',
      'write_queue.ts',
      'utils.ts',
      'db/helpers.ts',
      'types.ts',
      'common/a.ts',
      'http/index.ts',
    ].map((name) => file(`src/${name}`, '')),
    good: [file('src/db/write-queue.ts', ''), file('test/write-queue.test.ts', '')],
  },
  'no file names a folder of this machine': {
    check: tidy.machinePathRule,
    files: [
      ...sources,
      ...tests,
      ...configs,
      ...client,
      ...read('*.{json,md,graphql}', 'docs/**/*.md', 'packages/*/*.{json,md}', '.ci/*', '.*rc', '.*rc.json'),
      ...read('Dockerfile', 'deploy/*/*'),
    ],
    bad: ['work/main', 'root/.npmrc', 'home/me/project', 'Users/me/project'].map((path) =>
      file('src/a.ts', `'/${path}'`),
    ),
    good: [file('src/a.ts', `'./work/a.ts' '/usr/bin/node' 'https://a.example/work/b'`)],
  },
  'package.json pins exact versions': {
    check: tidy.exactVersionRule,
    files: read('package.json', 'packages/*/package.json'),
    bad: ['^1.2.3', '~1.2.3', '1.2', '*', 'latest', '>=1.2.3', 'file:../a'].map((version) =>
      file('package.json', JSON.stringify({ devDependencies: { a: version } })),
    ),
    good: [file('package.json', JSON.stringify({ engines: { node: '>=24' }, dependencies: { a: '1.2.3' } }))],
  },
  'package-lock.json names no registry': {
    check: tidy.lockRule,
    files: read('package-lock.json'),
    bad: [
      '"resolved": "a"',
      '"https://registry.example/a.tgz"',
      '"http://10.0.0.1:4873/a"',
      '"http://localhost/a"',
    ].map((line) => file('package-lock.json', line)),
    good: [file('package-lock.json', '"url": "https://opencollective.com/vitest"')],
  },
};

describe.each(Object.entries(houseRules))('%s', (_name, { check, files = sources, bad, good }) => {
  test('in every file', () => {
    expect(files).not.toEqual([]);
    expect(files.flatMap(check)).toEqual([]);
  });

  test('and a file that does not keep it is caught', () => {
    expect(bad.filter((sample) => check(sample).length === 0)).toEqual([]);
    expect(good.flatMap(check)).toEqual([]);
  });
});

describe('the rooms', () => {
  const ring = [
    file('src/a.ts', `import type { B } from './b.ts';`),
    file('src/b.ts', `import { c } from './c.ts';`),
    file('src/c.ts', `const { a } = await import('./a.ts');`),
    file('src/d.ts', `import { a } from './a.ts';`),
  ];

  test('no folder is crowded', () => {
    const files = [...sources, ...tests, ...client, ...read('bench/*/*.ts')];
    expect(house.crowdedFolders(files.map(({ path }) => path))).toEqual([]);
    const names = (count: number) => Array.from({ length: count }, (_, i) => `src/a/${i}.ts`);
    expect(house.crowdedFolders(names(17))).toEqual(['src/a has 17 files']);
    expect(house.crowdedFolders(names(16))).toEqual([]);
  });

  test('no files import each other in a circle', () => {
    expect(house.importCircles(sources)).toEqual([]);
    expect(house.importCircles(ring)).toEqual(['src/a.ts', 'src/b.ts', 'src/c.ts']);
  });

  test('no room may import one above it, and none is allowed what it does not use', () => {
    expect(house.upwardArrows(house.rooms)).toEqual([]);
    expect(house.upwardArrows([{ path: 'a', holds: '', uses: ['b'] }])).toEqual(['a may import b']);
    expect(house.unusedArrows(sources)).toEqual([]);
    expect(house.unusedArrows([])).not.toEqual([]);
  });

  test('docs/design.md has the same table', () => {
    const [design] = read('docs/design.md');
    const rows = design?.text.split('\n').filter((line) => line.startsWith('| `src'));
    expect(rows?.map((row) => row.replaceAll(/ *\| */g, '|'))).toEqual(house.roomTable());
  });
});

test('every source is looked at', () => {
  const paths = sources.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'src/main.ts',
      'src/db/store/tables.ts',
      'src/http/server.ts',
      'src/schema/sku/sku.ts',
    ]),
  );
  expect(tidy.importsOf(file('src/a.ts', `import b, { type c, d } from './d.ts';`))).toEqual([
    { from: 'src/d.ts', values: ['default', 'd'] },
  ]);
});
