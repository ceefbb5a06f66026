/** The names of dropped files, and of claimed ones. */
import { extname } from 'node:path';

/**
 * Bytes of a claimed file's name at most. File systems allow 255: an ID (37), `.rejected.csv` (13) and `.part` (5) are put behind it.
 */
const MAX_NAME_BYTES = 200;

/** A file that was claimed. */
export interface Claim {
  /** A UUID, made when the file was claimed. */
  readonly feedId: string;
  /** The name under which it was dropped, shortened if it is very long. */
  readonly name: string;
}

/** The claimed file's name. */
export function toClaim({ feedId, name }: Claim): string {
  return `${feedId}.${name}`;
}

/** Reads a claimed file's name. Null: nobody claimed a file of this name. */
export function readClaim(text: string): Claim | null {
  const [, feedId, name] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(.+)$/s.exec(text) ?? [];
  return feedId === undefined || name === undefined ? null : { feedId, name };
}

/** Whether the file lists everything that the supplier has in stock: `stock.full.csv`. */
export function isFullFile(name: string): boolean {
  return /\.full\.[^.]+$/i.test(name);
}

/** The name, cut before its ending if it is very long. The file stays full if it was. */
export function shorten(name: string): string {
  const ending = /(?:\.full)?\.[^.]+$/i.exec(name)?.[0] ?? '';
  let stem = name.slice(0, name.length - ending.length);
  while (stem !== '' && Buffer.byteLength(stem + ending) > MAX_NAME_BYTES) stem = stem.replace(/.$/su, '');
  return stem + ending;
}

/** Another name for a file whose own is taken: `stock.csv` becomes `stock.ID.csv`. */
export function withId({ feedId, name }: Claim): string {
  const extension = extname(name);
  return `${name.slice(0, name.length - extension.length)}.${feedId}${extension}`;
}
