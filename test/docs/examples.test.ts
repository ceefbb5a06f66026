/** Every example of README and the pages runs, in the order of its page, and prints what the page says. */
import { readFileSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comparable } from './compare.ts';
import { openDemo, root, type Demo } from './demo.ts';
import { readPage } from './markdown.ts';
import { runStep, type Place } from './run-step.ts';
import { stepsOf, type Step } from './steps.ts';

/** It shows cursors, which count all changes of a store: nobody else may change that one. */
const ALONE = 'docs/graphql.md';
const others = globSync(['README.md', 'SECURITY.md', '{docs,examples,bench,packages/*}/*.md'], { cwd: root })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path !== ALONE)
  .sort();

/** Throws unless the example runs, and prints what its page says. */
async function check(step: Step, place: Place): Promise<void> {
  const printed = await runStep(step, place);
  if (step.output !== null) expect(comparable(printed)).toEqual(comparable(step.output));
}

const stepsIn = (path: string) => stepsOf(readPage(path, readFileSync(join(root, path), 'utf8')));

/** A demo takes seconds to start: pages share one, and show a state only of SKUs that no other page changes. */
let shared: Demo;
beforeAll(async () => {
  shared = await openDemo();
});
afterAll(() => shared.close());

describe('the page that stands alone', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await openDemo();
  });
  afterAll(() => demo.close());

  test.each(stepsIn(ALONE))('$place', (step) => check(step, demo.place));
});

describe('the other pages', () => {
  test.each(others.flatMap(stepsIn))('$place', (step) => check(step, shared.place));
});

describe('a broken example is caught', () => {
  const query = (quantity: number) =>
    '```graphql\n{ sku(by: { skuId: "yoyo-red" }) { quantityInStock } }\n```\n\n' +
    `\`\`\`json output\n{ "data": { "sku": { "quantityInStock": ${quantity} } } }\n\`\`\`\n`;
  const checkAll = async (text: string) => {
    for (const step of stepsOf(readPage('a.md', text))) await check(step, shared.place);
  };

  test('and a good one is not', async () => {
    await checkAll(query(64));
    await checkAll('```sh\ncurl -sf http://127.0.0.1:4000/health\n```\n');
    await checkAll('```sh no-test\n# Not run by the tests: it needs docker.\ndocker build .\n```\n');
  });

  test.each([
    ['another answer', query(65), 'to deeply equal'],
    [
      'an error',
      '```graphql\n{ sku(by: { isbn: "9780141439471" }) { skuId } }\n```\n',
      'AMBIGUOUS_IDENTIFIER',
    ],
    ['a program that fails', '```sh\nstockgates serve\n```\n', 'a.md:1 failed (127)'],
    [
      'a program that prints something else',
      '```sh\necho a\n```\n\n```text output\nb\n```\n',
      'to deeply equal',
    ],
    ['code that throws', "```js\nthrow new Error('a');\n```\n", 'a.md:1 failed (1)'],
    ['a mark without a reason', '```sh no-test\ndocker build .\n```\n', 'does not say'],
    ['a block that no test runs', '```ts\nf();\n```\n', 'mark it no-test'],
    ['a language that the tests do not know', '```bash\necho a\n```\n', 'do not know'],
    ['a block without a language', '```\necho a\n```\n', 'names no language'],
    ['a block that the tests would not see', '- a\n\n  ```sh\n  echo a\n  ```\n', 'is indented'],
  ])('%s', async (_name, text, message) => {
    await expect(checkAll(text)).rejects.toThrow(message);
  });
});
