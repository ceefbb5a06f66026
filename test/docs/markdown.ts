/** Reads a Markdown page: its fenced blocks, its headings' anchors, its links and its code spans. */

/** A fenced block. `words` follow the language in its first line: ```sh no-test */
export interface Block {
  readonly language: string;
  readonly words: readonly string[];
  readonly text: string;
  /** The line of its fence, from 1. */
  readonly line: number;
}

export interface Page {
  /** From the checkout's folder: `docs/design.md`. */
  readonly path: string;
  readonly blocks: readonly Block[];
  /** As GitHub names them: in small letters, hyphens for blanks, no punctuation. */
  readonly anchors: ReadonlySet<string>;
  /** Targets of links and pictures, as written. */
  readonly links: readonly string[];
  /** What stands between backticks in the prose. */
  readonly codeSpans: readonly string[];
}

const FENCE = /^```(\S*) *(.*)\n([\s\S]*?)^```$/gm;

/** Throws for a fence that is indented or has no language: the tests would not see that block. */
export function readPage(path: string, text: string): Page {
  const blocks = Array.from(text.matchAll(FENCE), ([, language = '', words = '', body = ''], i) => ({
    language,
    words: words.split(' ').filter(Boolean),
    text: body,
    line: lineOf(text, i),
  }));
  const prose = text.replaceAll(FENCE, '');
  if (prose.includes('```')) throw new Error(`${path} has a fence that is indented or not closed.`);
  const unnamed = blocks.find(({ language }) => language === '');
  if (unnamed) throw new Error(`${path}:${unnamed.line}: the block names no language.`);
  return {
    path,
    blocks,
    anchors: anchorsOf(prose),
    links: Array.from(prose.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g), ([, a, b]) => a ?? b ?? ''),
    codeSpans: Array.from(prose.matchAll(/`([^`\n]+)`/g), ([, code = '']) => code),
  };
}

function lineOf(text: string, block: number): number {
  const at = Array.from(text.matchAll(FENCE))[block]?.index ?? 0;
  return text.slice(0, at).split('\n').length;
}

function anchorsOf(prose: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}
