/** Every example of README and the pages runs, in the order of its page, and prints what the page says. */
import { readFileSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comparable } from './compare.ts';
import { openDemo, root, type Demo } from './demo.ts';
import { readPage } from './markdown.ts';
import { runStep, type Place } from './run-step.ts';
import { stepsOf, type Step } from './steps.ts';

const pages = globSync(['README.md', 'SECURITY.md', '{docs,examples,bench}/*.md'], { cwd: root })
  .map((path) => path.replaceAll('\\', '/'))
  .map((path) => stepsOf(readPage(path, readFileSync(join(root, path), 'utf8'))))
  .filter((steps) => steps.length > 0);

/** Throws unless the example runs, and prints what its page says. */
async function check(step: Step, place: Place): Promise<void> {
  const printed = await runStep(step, place);
  if (step.output !== null) expect(comparable(printed)).toEqual(comparable(step.output));
}

// Each page has a demo of its own: it is as that page's examples left it.
describe.each(pages.map((steps) => ({ first: steps[0]?.place, steps })))('from $first on', ({ steps }) => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await openDemo();
  });
  afterAll(() => demo.close());

  test.each(steps)('$place', (step) => check(step, demo.place));
});

describe('a broken example is caught', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await openDemo();
  });
  afterAll(() => demo.close());

  const query = (quantity: string) =>
    '```graphql\n{ sku(by: { skuId: "yoyo-red" }) { skuId quantityInStock } }\n```\n\n' +
    `\`\`\`json output\n{ "data": { "sku": { "skuId": "yoyo-red", "quantityInStock": ${quantity} } } }\n\`\`\`\n`;
  const checkAll = async (text: string) => {
    for (const step of stepsOf(readPage('a.md', text))) await check(step, demo.place);
  };

  test('and a good one is not', async () => {
    await checkAll(query('64'));
    await checkAll('```sh\ncurl -sf http://127.0.0.1:4000/health\n```\n');
    await checkAll('```sh no-test\n# Not run by the tests: it needs docker.\ndocker build .\n```\n');
  });

  test.each([
    ['another answer', query('65'), 'to deeply equal'],
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
