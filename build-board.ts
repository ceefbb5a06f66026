/** Bundles the stock board, the browser's code in src/board, into files whose names tell their content. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** In the order in which they apply. */
const STYLES = ['base', 'grid', 'panels', 'webhooks'];
/** Hexadecimal digits of a file's hash in its name. */
const HASH_LENGTH = 10;

/** Writes `index.html` and what it loads into the folder. */
export async function buildBoard(root: string, dir: string): Promise<void> {
  mkdirSync(dir, { recursive: true });
  const source = join(root, 'src/board');
  // The page starts the worker by its name.
  const worker = await bundle(root, dir, 'live/live-worker.ts', {});
  const main = await bundle(root, dir, 'main.tsx', { LIVE_WORKER: JSON.stringify(`/board/${worker}`) });
  const styles = [...STYLES.map((name) => join(source, `styles/${name}.css`)), chartStyle()];
  const css = styles.map((path) => readFileSync(path, 'utf8')).join('\n');
  const style = writeNamed(dir, 'board', '.css', css);
  const icon = writeNamed(dir, 'icon', '.svg', readFileSync(join(source, 'icon.svg'), 'utf8'));
  const html = readFileSync(join(source, 'index.html'), 'utf8')
    .replace('icon.svg', `/board/${icon}`)
    .replace('board.css', `/board/${style}`)
    .replace('main.tsx', `/board/${main}`);
  writeFileSync(join(dir, 'index.html'), html);
}

/** Writes the text to a file whose name tells its content. Returns the name. */
function writeNamed(dir: string, name: string, ending: string, text: string): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
  const file = `${name}-${hash}${ending}`;
  writeFileSync(join(dir, file), text);
  return file;
}

/** The chart comes with a style of its own. */
function chartStyle(): string {
  // Vitest, whose global setup builds too, has no import.meta.resolve.
  return createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css');
}

/** Resolves with the name of the file that starts the program. */
async function bundle(
  root: string,
  dir: string,
  input: string,
  define: Record<string, string>,
): Promise<string> {
  const { rolldown } = await import('rolldown');
  const sources = await rolldown({
    cwd: root,
    input: join('src/board', input),
    platform: 'browser',
    transform: { define },
    // A warning would be a package that is not found.
    onLog: (_level, { message }) => {
      throw new Error(message);
    },
  });
  const { output } = await sources.write({
    dir,
    format: 'esm',
    minify: true,
    entryFileNames: '[name]-[hash].js',
    chunkFileNames: '[name]-[hash].js',
  });
  return output[0].fileName;
}
