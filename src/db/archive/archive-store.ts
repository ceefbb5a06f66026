/** Archives the changes of all suppliers of a store, one supplier after the other. */
import { lockFolder } from '../driver/folder-lock.ts';
import { makeFolder } from '../driver/make-folder.ts';
import type { Horizon } from '../history/horizon.ts';
import type { Store } from '../store/store.ts';
import { archivedUpTo, listFiles, supplierFolder } from './archive-files.ts';
import { createArchiveChanges, type ArchiveOptions } from './write-archive.ts';

/** The process that holds this file archives into the folder. */
const LOCK = '.lock';

/** What became of a supplier. */
export interface ArchivedSupplier {
  readonly supplierId: string;
  /** The positions up to which the folder had its changes before, and has them now. */
  readonly before: number;
  readonly reached: number;
  /** The position of the first change in the folder; undefined: it has none. */
  readonly first?: number | undefined;
  /** Why it has not all that was asked for. The other suppliers are archived nevertheless. */
  readonly error?: Error;
}

/**
 * Archives the changes up to these horizons; null: all changes of all suppliers. Creates the folder. Throws if it cannot be written at
 * all, if another process archives into it, or once `options.stop` is aborted.
 */
export async function* archiveStore(
  store: Store,
  archive: string,
  horizons: readonly Horizon[] | null,
  options: ArchiveOptions,
): AsyncGenerator<ArchivedSupplier, void> {
  makeFolder(archive);
  const unlock = lockFolder(archive, LOCK);
  if (!unlock) throw new Error(`Another process archives into ${archive}.`);
  try {
    const archiveChanges = createArchiveChanges(store);
    for (const { supplierId, position } of horizons ?? (await endsOfLogs(store))) {
      let before = 0;
      try {
        before = await archivedUpTo(archive, supplierId);
        const reached = await archiveChanges(archive, supplierId, position, options);
        const [oldest] = await listFiles(supplierFolder(archive, supplierId));
        yield { supplierId, before, reached, first: oldest?.first };
      } catch (error) {
        if (options.stop.aborted)
          throw new Error('Stopped: the next run goes on behind the last whole file.', { cause: error });
        yield { supplierId, before, reached: before, error: asError(error) };
      }
    }
  } finally {
    unlock();
  }
}

/**
 * Archives the changes up to the horizons. Resolves to the horizons up to which the folder has all changes on disk: they may be moved. The
 * others are told of. Throws as `archiveStore`.
 */
export async function archiveHorizons(
  store: Store,
  archive: string,
  horizons: readonly Horizon[],
  options: ArchiveOptions,
  tell: (supplierId: string, error: Error) => void,
): Promise<Horizon[]> {
  if (horizons.length === 0) return [];
  const archived = new Map<string, number>();
  for await (const { supplierId, reached, error } of archiveStore(store, archive, horizons, options)) {
    if (error === undefined) archived.set(supplierId, reached);
    else tell(supplierId, error);
  }
  return horizons.filter(({ supplierId, position }) => (archived.get(supplierId) ?? 0) >= position);
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));

/** A supplier that is being deleted has no changes to keep. */
async function endsOfLogs({ db }: Store): Promise<Horizon[]> {
  return db
    .selectFrom('supplier')
    .select(['supplier_id as supplierId', 'last_position as position'])
    .where('deleted_at', 'is', null)
    .orderBy('supplier_id')
    .execute();
}
