/** Looks an archive through: whether its files are whole, and lack no change between them. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { listFiles, supplierOf } from './archive-files.ts';
import { readArchiveFile } from './read-archive.ts';

/** What an archive has of a supplier. */
export interface ArchivedSupplier {
  readonly supplierId: string;
  readonly files: number;
  readonly first: number;
  readonly last: number;
}

/** What the archive has of each supplier. Throws at the first fault, with the file's name, or once `stop` is aborted. */
export async function* verifyArchive(
  archive: string,
  stop: AbortSignal,
): AsyncGenerator<ArchivedSupplier, void> {
  const entries = await readdir(archive, { withFileTypes: true }).catch((error: unknown) => {
    throw new Error(`${archive} is no folder that can be read.`, { cause: error });
  });
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const supplierId = supplierOf(name);
    const files = await listFiles(join(archive, name));
    for (const file of files)
      for await (const { position } of readArchiveFile(file, supplierId))
        if (stop.aborted) throw new Error(`Stopped at change ${position} of ${supplierId}.`);
    const [oldest, newest] = [files[0], files.at(-1)];
    if (oldest && newest) yield { supplierId, files: files.length, first: oldest.first, last: newest.last };
  }
}
