/** Compares a store with the requests and their answers, and reports every broken promise. */
import type { InventoryChangeTable } from '../../src/db/store/tables.ts';
import { answersOf, type Answer, type AnsweredRow, type History, type Sent } from './history.ts';
import { MISSING_SKU } from './plan.ts';
import type { Stored } from './stored.ts';

export interface Finding {
  /** Null if the finding concerns the whole store. */
  readonly skuId: string | null;
  readonly complaint: string;
}
type Complain = (skuId: string | null, complaint: string) => void;

/** Call it only while no request is in flight: it records each operation's changes, and later checks expect no others unless it is sent again. */
export function check(history: History, stored: Stored): Finding[] {
  const findings: Finding[] = [];
  const complain: Complain = (skuId, complaint) => void findings.push({ skuId, complaint });
  for (const damage of stored.damage) complain(null, `the store is damaged: ${damage}`);
  checkLog(stored, complain);
  const ofOperation = Map.groupBy(stored.changes, numberOf);
  for (const [number, changes] of ofOperation) {
    const sku = changes[0]?.sku_id ?? null;
    if (!history.has(number)) complain(sku, `operation ${number} was never sent, and is stored`);
  }
  for (const [number, sent] of history) checkOperation(sent, ofOperation.get(number) ?? [], complain);
  return findings;
}

/** Returns the number of the operation that made a change. See `Operation.number`. */
export function numberOf(change: InventoryChangeTable): number {
  const isLegacy = change.source.startsWith('REST');
  return isLegacy ? change.quantity_on_backorder : Number(/^operation (\d+)$/.exec(change.reason ?? '')?.[1]);
}

/** Positions have no gaps, nor have the versions of a SKU. Each change starts from the state before it, and the SKU has the last state. */
function checkLog({ lastPosition, skus, changes }: Stored, complain: Complain): void {
  changes.forEach(({ position, sku_id }, i) => {
    if (position !== i + 1) complain(sku_id, `position ${position} stands where ${i + 1} should`);
  });
  if (lastPosition !== changes.length)
    complain(null, `the last position is ${lastPosition}, of ${changes.length} changes`);
  const ofSku = Map.groupBy(changes, ({ sku_id }) => sku_id);
  for (const sku of skus) {
    let before: InventoryChangeTable | undefined;
    for (const change of ofSku.get(sku.sku_id) ?? []) {
      const follows =
        change.version === (before?.version ?? 0) + 1 &&
        change.previous_position === (before?.position ?? null) &&
        change.quantity_in_stock_before === (before?.quantity_in_stock ?? 0) &&
        change.quantity_on_backorder_before === (before?.quantity_on_backorder ?? 0) &&
        change.backorder_date_before === (before?.backorder_date ?? null);
      if (!follows)
        complain(sku.sku_id, `position ${change.position} does not follow on ${before?.position}`);
      before = change;
    }
    const isLast =
      sku.version === (before?.version ?? 0) &&
      sku.last_change_position === (before?.position ?? null) &&
      sku.quantity_in_stock === (before?.quantity_in_stock ?? 0) &&
      sku.quantity_on_backorder === (before?.quantity_on_backorder ?? 0) &&
      sku.backorder_date === (before?.backorder_date ?? null);
    if (!isLast) complain(sku.sku_id, `the SKU is not as its last change, ${before?.position}, left it`);
  }
}

function checkOperation(sent: Sent, changes: readonly InventoryChangeTable[], complain: Complain): void {
  const { number, rows } = sent.operation;
  const ofSku = Map.groupBy(changes, ({ sku_id }) => sku_id);
  for (const skuId of ofSku.keys()) {
    if (!rows.some((row) => row.skuId === skuId))
      complain(skuId, `operation ${number} changed this SKU, which it did not name`);
  }
  rows.forEach((row, i) => {
    const [change, second] = ofSku.get(row.skuId) ?? [];
    if (second)
      complain(
        row.skuId,
        `operation ${number} is doubled: positions ${change?.position}, ${second.position}`,
      );
    if (change && !isAsSent(sent, i, change))
      complain(row.skuId, `operation ${number} is stored otherwise than sent: position ${change.position}`);
    for (const { rows: answered } of answersOf(sent)) checkAnswer(sent, i, answered[i], change, complain);
  });
  if (isTorn(sent, ofSku)) complain(rows[0]?.skuId ?? null, `operation ${number} is stored in part`);
  checkReplays(sent, changes.length, complain);
  sent.settled = changes.length;
}

function isAsSent({ operation, expected }: Sent, row: number, change: InventoryChangeTable): boolean {
  const { kind, rows, number } = operation;
  const quantity = rows[row]?.quantityInStock ?? 0;
  const isDone =
    kind === 'ADJUST'
      ? change.quantity_in_stock === change.quantity_in_stock_before + quantity
      : change.quantity_in_stock === quantity && change.quantity_on_backorder === number;
  const { version = change.version - 1, quantityInStock = change.quantity_in_stock_before } =
    expected[row] ?? {};
  return isDone && change.version === version + 1 && change.quantity_in_stock_before === quantityInStock;
}

function checkAnswer(
  { operation: { number, rows } }: Sent,
  row: number,
  answered: AnsweredRow | undefined,
  change: InventoryChangeTable | undefined,
  complain: Complain,
): void {
  const skuId = rows[row]?.skuId ?? null;
  if (!answered) return complain(skuId, `operation ${number} has no answer for row ${row}`);
  if (answered.outcome === 'UNCHANGED') return complain(skuId, `operation ${number} was run twice`);
  if (answered.outcome === 'REJECTED') {
    if (change)
      complain(skuId, `operation ${number} was refused, and is stored: position ${change.position}`);
    return;
  }
  if (!change) return complain(skuId, `operation ${number} was acknowledged, and is lost`);
  const { version = change.version, position = change.position } = answered;
  const { quantityInStock = change.quantity_in_stock } = answered;
  const isSame =
    change.version === version &&
    change.position === position &&
    change.quantity_in_stock === quantityInStock;
  if (!isSame)
    complain(skuId, `operation ${number} is stored otherwise than acknowledged: position ${change.position}`);
}

/** A call is one transaction. So either all of its rows that no rule can refuse are stored, or none. */
function isTorn({ operation, expected }: Sent, stored: ReadonlyMap<string, unknown>): boolean {
  const { rows, isAllOrNothing } = operation;
  if (stored.size === 0) return false;
  return rows.some(
    ({ skuId }, i) =>
      !stored.has(skuId) && (isAllOrNothing || (expected[i] === undefined && skuId !== MISSING_SKU)),
  );
}

/** A key is applied once, and later answers are replays. An operation that is missing after a crash appears only if it is sent again. */
function checkReplays(sent: Sent, stored: number, complain: Complain): void {
  const { operation, settled } = sent;
  const { number, rows, hasKey } = operation;
  const skuId = rows[0]?.skuId ?? null;
  const answers = answersOf(sent).filter(isApplied);
  const firsts = answers.filter(({ replayed }) => !replayed);
  if (firsts.length > 1)
    complain(skuId, `operation ${number} was done ${firsts.length} times, by its answers`);
  if (new Set(answers.map(({ text }) => text)).size > 1)
    complain(skuId, `operation ${number} was not answered again as the first time`);
  const isSame = settled === undefined || settled === stored || (settled === 0 && hasKey);
  if (!isSame)
    complain(skuId, `operation ${number} had ${settled} changes after a crash, and has ${stored} now`);
}

function isApplied({ rows }: Answer): boolean {
  return rows.some(({ outcome }) => outcome === 'APPLIED');
}
