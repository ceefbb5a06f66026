/** Reads an archive with other programs than ours: gzip unpacks it, and each line is JSON. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Line {
  readonly supplier: string;
  readonly position: number;
  readonly [field: string]: unknown;
}

/** The changes of all files in the folder, in the order of their names. */
export function readLines(folder: string): Line[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson.gz'))
    .toSorted()
    .flatMap((name) => unpack(join(folder, name)).trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as Line);
}

function unpack(path: string): string {
  return execFileSync('zcat', [path], { encoding: 'utf8', maxBuffer: 1 << 28 });
}
