/** Undoes an import, however many changes it made. */
import type { InventoryChange } from '../../domain/change.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { describeRefusal, type Refusal } from '../../domain/refusal.ts';
import { decideUndo } from '../../domain/undo.ts';
import { MAX_BULK_ROWS, type InventoryUpdate, type UpdateRequest } from '../../domain/update.ts';
import { createFindings, quote } from '../findings.ts';

export interface UndoneImport {
  readonly supplierId: string;
  /** The group of the changes to undo. */
  readonly groupId: string;
  /** The group of the changes that the undo makes. */
  readonly undoId: string;
}

export interface UndoOptions {
  /** Receives a refused SKU as one line, without the line's end. */
  readonly report?: (line: string) => void;
  /** Called after each part with the SKUs looked at so far. */
  readonly onProgress?: (skus: number) => void;
  /** When aborted, the undo ends after the part in hand. */
  readonly stop?: AbortSignal;
}

/** SKUs by what became of them. */
export interface UndoSummary {
  readonly putBack: number;
  /** They already were as before the import. */
  readonly unchanged: number;
  /** They were changed since, or are deleted. */
  readonly refused: number;
  /** SKUs that were not looked at, because the undo was stopped. */
  readonly left: number;
}

/**
 * Puts each SKU back to its state before the group's changes, in calls of MAX_BULK_ROWS rows. Each SKU is put back whole or left
 * alone. Holds all changes of the group in memory, about half a kilobyte for each. Throws where the supplier has no such group.
 */
export async function undoImport(
  inventory: Pick<Inventory, 'changesAfter' | 'update'>,
  { supplierId, groupId, undoId }: UndoneImport,
  { report = () => undefined, onProgress, stop }: UndoOptions = {},
): Promise<UndoSummary> {
  const undo = decideUndo({ by: 'groupId', id: groupId }, await loadGroup(inventory, supplierId, groupId));
  if ('refusal' in undo)
    throw new Error(`The supplier has no group ${quote(groupId)}. An import prints its group id at its end.`);
  const { rows } = undo;
  const findings = createFindings(report, 'SKUs');
  const counts = { putBack: 0, unchanged: 0 };
  let done = 0;
  while (done < rows.length && !stop?.aborted) {
    const part = rows.slice(done, done + MAX_BULK_ROWS);
    const { results } = await inventory.update(toRequest(supplierId, undoId, part));
    results.forEach((result, i) => {
      if (result.outcome === 'UNCHANGED') counts.unchanged++;
      else if (result.outcome === 'REJECTED')
        findings.refuse(`SKU ${quote(part[i]?.identifier.value ?? '')}`, describe(result.refusal));
      else counts.putBack++;
    });
    done += part.length;
    onProgress?.(done);
  }
  findings.finish();
  return { ...counts, refused: findings.refused, left: rows.length - done };
}

async function loadGroup(
  inventory: Pick<Inventory, 'changesAfter'>,
  supplierId: string,
  groupId: string,
): Promise<InventoryChange[]> {
  const changes: InventoryChange[] = [];
  for (;;) {
    const position = changes.at(-1)?.position ?? 0;
    const page = await inventory.changesAfter(supplierId, position, { groupId }, MAX_BULK_ROWS);
    changes.push(...page);
    if (page.length < MAX_BULK_ROWS) return changes;
  }
}

function toRequest(supplierId: string, undoId: string, rows: readonly InventoryUpdate[]): UpdateRequest {
  return {
    supplierId,
    actor: 'import undo',
    source: 'REVERT',
    operation: 'undoImport',
    rows,
    atomicity: 'BEST_EFFORT',
    dryRun: false,
    idempotencyKey: null,
    reason: null,
    referenceDocumentUri: null,
    groupId: undoId,
  };
}

function describe(refusal: Refusal): string {
  switch (refusal.problem) {
    case 'PRECONDITION_FAILED':
      return 'It was changed since, and stays as it is.';
    case 'SKU_NOT_FOUND':
      return 'It is deleted.';
    default:
      return describeRefusal(refusal);
  }
}
