/** What of a page is run: each example with its variables and the output that the page prints for it. */
import type { Block, Page } from './markdown.ts';

export interface Step {
  /** Where it stands: `README.md:24`. */
  readonly place: string;
  readonly language: 'sh' | 'js' | 'graphql';
  readonly text: string;
  /** It runs until it is stopped, as a server or a live stream does. */
  readonly stays: boolean;
  /** JSON; of GraphQL alone. */
  readonly variables: string | null;
  /** What the page says that it prints; null where it says nothing. */
  readonly output: string | null;
}

const RUN = new Set(['sh', 'js', 'graphql']);
/** Only shown: configurations of other programs, and text. */
const SHOWN = new Set(['text', 'json', 'csv', 'ini', 'yaml', 'nginx', 'caddyfile']);
/** Code that only a compiler could check. It must say why it is not run. */
const MARKED = new Set(['ts', 'tsx']);
const REASON = /(?:#|\/\/) Not run by the tests: \S/;

/** The steps of a page, in order. Throws for a block that the tests can neither run nor leave out for a reason. */
export function stepsOf({ path, blocks }: Page): Step[] {
  return blocks.flatMap((block, i) => {
    const place = `${path}:${block.line}`;
    if (isLeftOut(block, place) || !isRun(block)) return [];
    const [next, afterNext] = blocks.slice(i + 1);
    const variables = next?.words.includes('variables') ? next : null;
    const output = variables ? afterNext : next;
    return [
      {
        place,
        language: block.language,
        text: block.text,
        stays: block.words.includes('stays'),
        variables: variables?.text ?? null,
        output: output?.words.includes('output') ? output.text : null,
      },
    ];
  });
}

function isRun(block: Block): block is Block & Pick<Step, 'language'> {
  return RUN.has(block.language);
}

function isLeftOut({ language, words, text }: Block, place: string): boolean {
  if (words.includes('no-test')) {
    if (REASON.test(text)) return true;
    throw new Error(`${place} is marked no-test and does not say "Not run by the tests: REASON".`);
  }
  if (SHOWN.has(language)) return true;
  if (MARKED.has(language)) throw new Error(`${place}: a ${language} block is not run; mark it no-test.`);
  if (RUN.has(language)) return false;
  throw new Error(`${place}: the tests do not know the language "${language}".`);
}
