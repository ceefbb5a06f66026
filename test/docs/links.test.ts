/** What README and the pages point to exists: links, anchors, files, folders, scripts and the tests of each promise. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './demo.ts';
import { readPage, type Page } from './markdown.ts';

const files = globSync(['*', '.ci/*', '{src,test,docs,bench,examples,packages}/**/*'], {
  cwd: root,
  exclude: ['**/node_modules', 'packages/*/dist'],
}).map((path) => path.replaceAll('\\', '/'));
const names = new Set(files.map((path) => basename(path)));
const tests = files.filter((path) => path.endsWith('.test.ts'));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };

const pages = new Map(
  files
    .filter((path) => path.endsWith('.md') && !path.startsWith('test/'))
    .map((path) => [path, readPage(path, readFileSync(join(root, path), 'utf8'))]),
);

function brokenLinks(page: Page): string[] {
  const { path, links } = page;
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [target = '', anchor] = link.split('#');
      const file = posix.join(dirname(path), target);
      if (target !== '' && !existsSync(join(root, file))) return true;
      const { anchors } = (target === '' ? page : pages.get(file)) ?? { anchors: undefined };
      return anchor !== undefined && anchors?.has(anchor) !== true;
    })
    .map((link) => `${path} links to ${link}`);
}

/** A path is given from the checkout or from `src`; a file may also be given by its name alone. */
function missingFiles({ path, codeSpans }: Page): string[] {
  const isPath = (code: string) =>
    /^[\w.-]+(?:\/[\w.-]+)*\.(?:ts|md|json|svg|png|csv|graphql)$/.test(code) ||
    /^(?:src|test|docs|bench|examples|packages)(?:\/[\w.-]+)*\/?$/.test(code);
  const exists = (code: string) =>
    existsSync(join(root, code)) || existsSync(join(root, 'src', code)) || names.has(code);
  return codeSpans.filter((code) => isPath(code) && !exists(code)).map((code) => `${path} names ${code}`);
}

/** `npx vitest run NAME ...` of which a name fits no test, and `npm run NAME` of which there is none. */
function emptyCommands({ path, codeSpans }: Page): string[] {
  const filters = codeSpans.flatMap((code) => /^npx vitest run (.+)$/.exec(code)?.[1]?.split(' ') ?? []);
  const runs = codeSpans.flatMap((code) => /^npm run ([\w-]+)/.exec(code)?.[1] ?? []);
  return [
    ...filters.filter((name) => !tests.some((file) => file.includes(name))),
    ...runs.filter((name) => !Object.hasOwn(scripts, name)),
  ].map((name) => `${path} runs ${name}`);
}

test.each([
  ['links lead somewhere', brokenLinks],
  ['files and folders exist', missingFiles],
  ['commands find tests and scripts', emptyCommands],
])('%s', (_name, find) => {
  expect(pages.size).toBeGreaterThan(5);
  expect(Array.from(pages.values()).flatMap(find)).toEqual([]);
});

test('what leads nowhere is caught', () => {
  const page = readPage(
    'docs/a.md',
    [
      '# A title',
      '[gone](gone.md) [no such heading](../README.md#gone) [here](#a-titel) ![picture](gone.svg)',
      '`src/gone.ts` `gone.ts` `test/gone` `npx vitest run test/gone` `npm run gone`',
      '[good](#a-title) [good](../README.md) `src/main.ts` `main.ts` `npm run check` `npx vitest run test/docs`',
    ].join('\n'),
  );
  expect(brokenLinks(page)).toEqual(
    ['gone.md', '../README.md#gone', '#a-titel', 'gone.svg'].map((link) => `docs/a.md links to ${link}`),
  );
  expect(missingFiles(page)).toHaveLength(3);
  expect(emptyCommands(page)).toHaveLength(2);
});
