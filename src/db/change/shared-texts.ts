/** Stores the reason and reference of a bulk call once. Copies in 10,000 rows would take up to 80 MB of disk. */
import type { Kysely } from 'kysely';
import type { InventoryChange } from '../../domain/change.ts';
import { toChange, toChangeRow } from './change-row.ts';
import { pick, type RowOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { tables, type InventoryChangeTable, type Tables } from '../store/tables.ts';

/** Texts are shared from this total length on, in UTF-16 units. Copying shorter texts costs less than a second read. */
const MIN_SHARED_LENGTH = 64;
/** A reference that begins with this mark holds the position of the change with the texts. No URI begins with `*` (RFC 3986). */
const MARK = '*';

type Positioned = InventoryChange & { readonly position: number };

/** The texts of a change, as its row stores them. */
export type StoredTexts = Pick<InventoryChangeTable, 'reason' | 'reference_document_uri'>;

/**
 * Gives the texts to store of the changes of one transaction, asked for one change after the other. A group's first change holds the
 * texts, and its others refer to that change's position.
 */
export function createShareTexts(): (change: Positioned) => StoredTexts {
  const firsts = new Map<string, Positioned>();
  return (change) => {
    const { supplierId, groupId, reason, referenceDocumentUri: uri } = change;
    if (groupId !== null && (reason?.length ?? 0) + (uri?.length ?? 0) >= MIN_SHARED_LENGTH) {
      const group = `${supplierId}\0${groupId}`;
      const first = firsts.get(group);
      if (first?.reason === reason && first.referenceDocumentUri === uri)
        return { reason: null, reference_document_uri: `${MARK}${first.position}` };
      firsts.set(group, change);
    }
    return { reason, reference_document_uri: uri };
  };
}

/** The rows for the changes of one transaction, with shared texts. */
export function toRowsWithSharedTexts(changes: readonly Positioned[]): InventoryChangeTable[] {
  const textsOf = createShareTexts();
  return changes.map((change) => ({ ...toChangeRow(change), ...textsOf(change) }));
}

/** The primary key of the log. */
const placeColumns = pick(tables.inventory_change.columns, 'supplier_id', 'position');
type Place = RowOf<typeof placeColumns>;

/** Prepares a load of the changes at these positions, in no particular order. Positions without a change are left out. */
export function createLoadChanges(store: Store) {
  const loadRows = createLoadRows(store);
  const toChanges = createToChanges(store);
  return async (db: Kysely<Tables>, places: readonly Place[]): Promise<InventoryChange[]> =>
    toChanges(db, await loadRows(db, places));
}

/** Prepares a load of the rows at these positions, whose texts may be shared, in no particular order. */
export function createLoadRows(store: Store) {
  return createSetStatement(store, placeColumns, (db) =>
    db
      .selectFrom('item')
      .innerJoin('inventory_change', (join) =>
        join
          .onRef('inventory_change.supplier_id', '=', 'item.supplier_id')
          .onRef('inventory_change.position', '=', 'item.position'),
      )
      .selectAll('inventory_change'),
  );
}

/** Prepares the conversion of rows to changes. The changes have the rows' order, and their shared texts are loaded by one statement. */
export function createToChanges(store: Store) {
  const loadRows = createLoadRows(store);
  return async (db: Kysely<Tables>, rows: readonly InventoryChangeTable[]): Promise<InventoryChange[]> => {
    const places = new Map<string, Place>();
    for (const row of rows) {
      const position = sharedPosition(row);
      if (position !== null) places.set(keyOf(row, position), { supplier_id: row.supplier_id, position });
    }
    if (places.size === 0) return rows.map(toChange);
    const loaded = await loadRows(db, [...places.values()]);
    const firsts = new Map(loaded.map((first) => [keyOf(first, first.position), first]));
    return rows.map((row) => {
      const position = sharedPosition(row);
      if (position === null) return toChange(row);
      const { reason = null, reference_document_uri = null } = firsts.get(keyOf(row, position)) ?? {};
      return toChange({ ...row, reason, reference_document_uri });
    });
  };
}

/** The position of the change that holds the row's texts, or null if the row holds its own. */
function sharedPosition({ reference_document_uri: uri }: InventoryChangeTable): number | null {
  return uri?.startsWith(MARK) ? Number(uri.slice(MARK.length)) : null;
}

function keyOf({ supplier_id }: InventoryChangeTable, position: number): string {
  return `${supplier_id}\0${position}`;
}
