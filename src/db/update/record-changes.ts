/** Adds changes to the log on SQLite, many in one statement. */
import { createShareTexts, type StoredTexts } from '../change/shared-texts.ts';
import type { RawStatements } from '../driver/sqlite-statements.ts';
import { inParts, textsBySize } from '../store/many-rows.ts';
import type { InventoryChangeTable } from '../store/tables.ts';
import type { PlacedChange } from './linked-change.ts';

type Name = keyof InventoryChangeTable;

/** The columns that changes of one request, and mostly of one batch, have in common. They are bound once for many rows. */
const sharedNames = [
  'supplier_id',
  'source',
  'actor',
  'changed_at',
  'reason',
  'reference_document_uri',
  'group_id',
  'as_of',
] as const satisfies Name[];

function sharedCells(change: PlacedChange, texts: StoredTexts): readonly unknown[] {
  const { supplierId, source, actor, changedAt, groupId, asOf } = change;
  return [supplierId, source, actor, changedAt, texts.reason, texts.reference_document_uri, groupId, asOf];
}

const ownNames = [
  'position',
  'sku_id',
  'version',
  'quantity_in_stock_before',
  'quantity_in_stock',
  'quantity_on_backorder_before',
  'quantity_on_backorder',
  'restrictions_before',
  'restrictions',
  'backorder_date_before',
  'backorder_date',
  'previous_position',
] as const satisfies Name[];

type Missing = Exclude<Name, (typeof sharedNames)[number] | (typeof ownNames)[number]>;
/** Does not compile if a column is in neither list. */
const allNames = [...sharedNames, ...ownNames] satisfies [Missing] extends [never] ? Name[] : never;

function addOwnCells(
  values: unknown[],
  { position, skuId, version, before, after, ...rest }: PlacedChange,
): void {
  values.push(
    position,
    skuId,
    version,
    before.quantityInStock,
    after.quantityInStock,
    before.quantityOnBackorder,
    after.quantityOnBackorder,
    before.restrictions,
    after.restrictions,
    before.backorderDate,
    after.backorderDate,
    rest.previousPosition,
  );
}

/** Changes that follow one another in a batch, and have the shared cells in common. */
interface Run {
  readonly shared: readonly unknown[];
  readonly changes: PlacedChange[];
}

/** Prepares the statement for each number of rows when it is first needed. */
export function createRecordChanges(raw: RawStatements): (changes: readonly PlacedChange[]) => void {
  const textOf = textsBySize((rows) => {
    const marks = (names: readonly string[]) => names.map(() => '?').join();
    const own = Array<string>(rows)
      .fill(`(${marks(ownNames)})`)
      .join();
    return `with shared as (select ${sharedNames.map((name) => `? as ${name}`).join()}), own(${ownNames.join()}) as (values ${own})
      insert into inventory_change (${allNames.join()}) select shared.*, own.* from own, shared`;
  });
  return (changes) => {
    for (const { shared, changes: run } of toRuns(changes)) {
      inParts(run, (part) => {
        const values = [...shared];
        for (const change of part) addOwnCells(values, change);
        raw.write(textOf(part.length), values);
      });
    }
  };
}

function toRuns(changes: readonly PlacedChange[]): Run[] {
  const textsOf = createShareTexts();
  const runs: Run[] = [];
  for (const change of changes) {
    const shared = sharedCells(change, textsOf(change));
    const last = runs.at(-1);
    if (last?.shared.every((cell, i) => cell === shared[i])) last.changes.push(change);
    else runs.push({ shared, changes: [change] });
  }
  return runs;
}
