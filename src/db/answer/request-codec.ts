/** Writes the requests that go to the writer's thread as cells of JSON text, and reads them. Their fields' names would cost most of it. */
import type { Identifier } from '../../domain/identifier.ts';
import type { AdjustEdit, InventoryUpdate, SetEdit, UpdateRequest } from '../../domain/update.ts';

type Row = UpdateRequest['rows'][number];
/** What an update sets a value to. 0: it leaves the value as it is. Null is a value: it lifts the restriction, or the date. */
type OrAbsent<Value> = Exclude<Value, undefined> | 0;

type RowCells =
  | [explanation: string]
  | [
      kind: Identifier['kind'],
      value: string,
      gtin: string | null,
      edit: InventoryUpdate['edit']['kind'],
      quantityInStock: number | null,
      quantityOnBackorder: number | null,
      restrictions: OrAbsent<SetEdit['restrictions']>,
      backorderDate: OrAbsent<SetEdit['backorderDate']>,
      version: number | null,
      expectedInStock: number | null,
      asOf: string | null,
    ];

/** A request's fields in a fixed order, and its rows. */
export type RequestCells = [
  supplierId: string,
  actor: string,
  source: UpdateRequest['source'],
  operation: string,
  atomicity: UpdateRequest['atomicity'],
  dryRun: boolean,
  idempotencyKey: string | null,
  reason: string | null,
  referenceDocumentUri: string | null,
  groupId: string | null,
  /** The rows of a request with a key travel as they are: its fingerprint is that of their JSON text. */
  rows: readonly RowCells[] | readonly Row[],
];

/** The request as cells, which are JSON values. */
export function toRequestCells(request: UpdateRequest): RequestCells {
  return [
    request.supplierId,
    request.actor,
    request.source,
    request.operation,
    request.atomicity,
    request.dryRun,
    request.idempotencyKey,
    request.reason,
    request.referenceDocumentUri,
    request.groupId,
    request.idempotencyKey === null ? request.rows.map(toRowCells) : request.rows,
  ];
}

/** Reads the parsed JSON of `toRequestCells`. */
export function fromRequestCells(cells: RequestCells): UpdateRequest {
  const [supplierId, actor, source, operation, atomicity, dryRun, idempotencyKey] = cells;
  const rows = cells[10];
  return {
    supplierId,
    actor,
    source,
    operation,
    // Only `toRequestCells` writes them: as rows, if there is a key.
    rows: idempotencyKey === null ? (rows as RowCells[]).map(fromRowCells) : (rows as Row[]),
    atomicity,
    dryRun,
    idempotencyKey,
    reason: cells[7],
    referenceDocumentUri: cells[8],
    groupId: cells[9],
  };
}

function toRowCells(row: Row): RowCells {
  if ('malformed' in row) return [row.malformed];
  const { identifier, edit, expected, asOf = null } = row;
  const set = edit.kind === 'SET' ? edit : null;
  return [
    identifier.kind,
    identifier.value,
    identifier.gtin,
    edit.kind,
    edit.quantityInStock ?? null,
    edit.quantityOnBackorder ?? null,
    set?.restrictions === undefined ? 0 : set.restrictions,
    set?.backorderDate === undefined ? 0 : set.backorderDate,
    expected?.version ?? null,
    expected?.quantityInStock ?? null,
    asOf,
  ];
}

function fromRowCells(cells: RowCells): Row {
  if (cells.length === 1) return { malformed: cells[0] };
  const version = cells[8] ?? undefined;
  const quantityInStock = cells[9] ?? undefined;
  const isExpected = version !== undefined || quantityInStock !== undefined;
  return {
    identifier: { kind: cells[0], value: cells[1], gtin: cells[2] },
    edit: toEdit(cells),
    expected: isExpected ? { version, quantityInStock } : undefined,
    asOf: cells[10] ?? undefined,
  };
}

function toEdit(cells: Exclude<RowCells, [string]>): SetEdit | AdjustEdit {
  const quantityInStock = cells[4] ?? undefined;
  const quantityOnBackorder = cells[5] ?? undefined;
  if (cells[3] === 'ADJUST') return { kind: 'ADJUST', quantityInStock, quantityOnBackorder };
  const restrictions = cells[6] === 0 ? undefined : cells[6];
  const backorderDate = cells[7] === 0 ? undefined : cells[7];
  return { kind: 'SET', quantityInStock, quantityOnBackorder, restrictions, backorderDate };
}
