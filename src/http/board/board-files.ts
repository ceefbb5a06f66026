/** The files of the board's page: read and compressed once, when the first of them is asked for. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { Encoding } from '../edge/media-type.ts';

/** The file that the page begins with. The names of all others tell their content. */
export const PAGE = 'index.html';
/** By a name's ending. Other files are not served. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const compress = { br: promisify(brotliCompress), gzip: promisify(gzip) };

export interface BoardFile {
  readonly type: string;
  /** The first part of its ETag. */
  readonly hash: string;
  readonly bodies: Readonly<Record<Encoding | 'identity', Buffer>>;
}

export type BoardFiles = ReadonlyMap<string, BoardFile>;

/** Returns a function that resolves with the files of this folder by their names; null if the page is not there. */
export function createBoardFiles(folder: string): () => Promise<BoardFiles | null> {
  let files: Promise<BoardFiles | null> | undefined;
  const forget = () => (files = undefined);
  return () => {
    files ??= readFiles(folder).then((read) => {
      // The next request looks again: it may have been built by then.
      if (!read) forget();
      return read;
    });
    files.catch(forget);
    return files;
  };
}

async function readFiles(folder: string): Promise<BoardFiles | null> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const known = entries
    .filter((entry) => entry.isFile() && extname(entry.name) in mediaTypes)
    .map(({ name }) => name);
  if (!known.includes(PAGE)) return null;
  const files = await Promise.all(known.map((name) => readOne(join(folder, name))));
  return new Map(files.map((file, i) => [known[i] ?? '', file]));
}

/** Compresses in threads of the system's pool, so that other requests do not wait. */
async function readOne(path: string): Promise<BoardFile> {
  const identity = await readFile(path);
  const [br, zipped] = await Promise.all([compress.br(identity), compress.gzip(identity)]);
  return {
    type: mediaTypes[extname(path)] ?? '',
    hash: createHash('sha256').update(identity).digest('base64url'),
    bodies: { identity, br, gzip: zipped },
  };
}
