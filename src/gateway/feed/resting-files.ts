/** Which of the files in a folder rest: nobody has written to them for a while. */
import type { Dirent } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that stays the same for so long is whole, in milliseconds. */
const REST_MS = 5_000;

/** What was last seen of a file, and since when. */
interface Seen {
  readonly state: string;
  readonly since: number;
}

/** Remembers what files looked like. The clock is monotonic, so a clock that jumps makes no file whole. */
export class RestingFiles {
  /** By folder, then by name. */
  readonly #seen = new Map<string, Map<string, Seen>>();

  /** The names of those of the folder's files that rest. Files that are not named are forgotten. */
  async among(folder: string, files: readonly Dirent[]): Promise<ReadonlySet<string>> {
    const before = this.#seen.get(folder);
    const now = new Map<string, Seen>();
    const time = performance.now();
    for (const { name } of files) {
      const file = await lstat(join(folder, name)).catch(() => null);
      if (!file) continue;
      const state = `${file.ino} ${file.size} ${file.mtimeMs}`;
      const seen = before?.get(name);
      now.set(name, seen?.state === state ? seen : { state, since: time });
    }
    if (now.size > 0) this.#seen.set(folder, now);
    else this.#seen.delete(folder);
    return new Set([...now].flatMap(([name, { since }]) => (time - since >= REST_MS ? [name] : [])));
  }
}
