/** The house rules of docs/design.md. Each has a control, a bad sample that must be caught, so that none passes by accident. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as tidy from './tidy-rules.ts';
import type { Rule, SourceFile } from './tidy-rules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (...patterns: string[]): SourceFile[] =>
  globSync(patterns, { cwd: root })
    .sort()
    .map((path) => ({
      path: path.replaceAll('\\', '/'),
      text: readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'),
    }));

const sources = read('src/**/*.ts');
const tests = read('test/**/*.ts');
const configs = read('*.ts');
const domainFiles = read('src/{inventory,sku,problem,decide,identifier}.ts');

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
  'imports follow the table': {
    check: tidy.importRule,
    bad: [
      file('src/identifier.ts', `import { z } from 'zod';`),
      file('src/inventory.ts', `import type { GraphQLError } from 'graphql';`),
      file('src/inventory.ts', `import { randomUUID } from 'node:crypto';`),
      file('src/inventory.ts', `import { restrictions } from './sku.ts';`),
      file('src/sku.ts', `import type { Refusal } from './problem.ts';`),
      file('src/sku.ts', `import { parseIdentifier } from './identifier.ts';`),
      file('src/problem.ts', `import type { Match } from './decide.ts';`),
      file('src/decide.ts', `import { z } from 'zod';`),
      file('src/db/tokens.ts', `import type { Caller } from '../http/server.ts';`),
      file('src/db/tokens.ts', `import { schema } from '../schema/index.ts';`),
      file('src/db/migrations.ts', `import type { Tables } from './tables.ts';`),
      file('src/db/migration-0004.ts', `import type { Tables } from './tables.ts';`),
      file('src/schema/sku.ts', `import { openStore } from '../db/open.ts';`),
      file('src/schema/sku.ts', `import type { FastifyRequest } from 'fastify';`),
      file('src/http/legacy.ts', `import { inTransaction } from '../db/transaction.ts';`),
      file('src/http/legacy.ts', `import { parseIdentifier } from '../identifier.ts';`),
      file('src/http/server.ts', `import pino from 'pino';`),
      file('src/http/server.ts', `const { openStore } = await import('../db/open.ts');`),
      file('src/http/server.ts', `import '../db/open.ts';`),
      file('src/http/server.ts', `import { port } from '../settings.ts';`),
      file('src/main.ts', `import { port } from './settings.ts';`),
      file('src/stray.ts', ''),
    ],
    good: [
      file('src/sku.ts', `import type { Identifier } from './identifier.ts';`),
      file('src/inventory.ts', `import type { Match } from './decide.ts';`),
      file('src/decide.ts', `import { explainCode } from './identifier.ts';`),
      file('src/schema/sku.ts', `import DataLoader from 'dataloader'; import '@pothos/plugin-relay';`),
      file('src/cli/serve.ts', `import pino from 'pino'; import { port } from '../settings.ts';`),
      file(
        'src/http/legacy.ts',
        `import { z } from 'zod'; import type { Inventory } from '../inventory.ts';`,
      ),
    ],
  },
  'the edge takes no rule out of the domain': {
    check: tidy.edgeRule(domainFiles),
    bad: [file('src/http/legacy.ts', `import { problems, describeRefusal } from '../problem.ts';`)],
    good: [file('src/http/legacy.ts', `import { problems, type Problem } from '../problem.ts';`)],
  },
  'nothing is re-exported': {
    check: tidy.reexportRule,
    bad: [file('src/a.ts', `export * from './b.ts';`), file('src/a.ts', `export { b } from './b.ts';`)],
    good: [file('src/a.ts', `import { b } from './b.ts'; export const c = b;`)],
  },
  'a file has 200 lines at most': {
    check: tidy.fileSizeRule,
    bad: [file('src/a.ts', lines(201))],
    good: [file('src/a.ts', lines(200))],
  },
  'a function has 50 lines at most': {
    check: tidy.functionSizeRule,
    bad: [
      file('src/a.ts', `function g() {\n${lines(49)}}`),
      file('src/a.ts', `const g = async (\n a: number,\n) => {\n${lines(47)}};`),
      file('src/a.ts', `const g = {\n h() {\n${lines(49)}} };`),
    ],
    good: [file('src/a.ts', `function g() {\n${lines(48)}}\nfunction h() {\n${lines(48)}}`)],
  },
  'a file opens with a sentence on what lives there': {
    check: tidy.firstLineRule,
    bad: [file('src/a.ts', `import 'b';`), file('src/a.ts', `// A file.`), file('src/a.ts', `\n${opening}`)],
    good: [file('src/a.ts', opening), file('src/a.ts', `#!/usr/bin/env node\n${opening}`)],
  },
  'there is no any': {
    check: tidy.anyRule,
    bad: [
      file('src/a.ts', `const a: any = 1;`),
      file('src/a.ts', `f<any>();`),
      file('src/a.ts', `b as any[];`),
    ],
    good: [file('src/a.ts', `// any\nconst many = 'any';`)],
  },
  'there is no non-null !': {
    check: tidy.nonNullRule,
    bad: [file('src/a.ts', `a!.b;`), file('src/a.ts', `f(a[0]!);`)],
    good: [file('src/a.ts', `if (!a !== !b) c('!');`)],
  },
  'there is no default export': {
    check: tidy.defaultExportRule,
    files: [...sources, ...tests, ...configs].filter(
      // Both are asked for by vitest.
      ({ path }) => path !== 'vitest.config.ts' && path !== 'test/postgres.ts',
    ),
    bad: [file('src/a.ts', `export default 1;`), file('src/a.ts', `export default function f() {}`)],
    good: [file('src/a.ts', `export const a = 'export default';`)],
  },
  'nothing is left to do': {
    check: tidy.unfinishedRule,
    bad: [file('src/a.ts', '// TODO: later'), file('src/a.ts', '/* FIXME */')],
    good: [file('src/a.ts', '// Todos are no more.')],
  },
  'nothing is printed past the log': {
    check: tidy.consoleRule,
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
    files: [...sources, ...tests],
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
      ...read('*.{json,md,graphql}', 'docs/**/*.md', '.ci/*', '.*rc', '.*rc.json'),
    ],
    bad: ['work/main', 'root/.npmrc', 'home/me/project', 'Users/me/project'].map((path) =>
      file('src/a.ts', `'/${path}'`),
    ),
    good: [file('src/a.ts', `'./work/a.ts' '/usr/bin/node' 'https://a.example/work/b'`)],
  },
  'package.json pins exact versions': {
    check: tidy.exactVersionRule,
    files: read('package.json'),
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

test('every source is looked at', () => {
  const paths = sources.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(['src/main.ts', 'src/db/open.ts', 'src/http/server.ts', 'src/schema/sku.ts']),
  );
  expect(tidy.importsOf(file('src/a.ts', `import b, { type c, d } from './d.ts';`))).toEqual([
    { from: 'src/d.ts', values: ['default', 'd'] },
  ]);
});
