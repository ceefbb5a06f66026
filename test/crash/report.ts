/** Describes a run: counts, and the whole history of one SKU if a promise was broken. */
import { NEVER_ANSWERED } from './client.ts';
import { numberOf, type Finding } from './check.ts';
import { answersOf, type History, type Sent } from './history.ts';
import type { Traffic } from './load.ts';
import type { Stored } from './stored.ts';

export interface Report {
  kills: number;
  startKills: number;
  operations: number;
  /** Rows whose answer is APPLIED. */
  acknowledged: number;
  refused: number;
  /** Answers that were replayed under an idempotency key. */
  replayed: number;
  /** The number of requests whose outcome is unknown, by reason. */
  readonly unknown: Map<string, number>;
  slowestMs: number;
}

export function createReport(): Report {
  return {
    kills: 0,
    startKills: 0,
    operations: 0,
    acknowledged: 0,
    refused: 0,
    replayed: 0,
    unknown: new Map(),
    slowestMs: 0,
  };
}

export function addTo(report: Report, { history, slowestMs }: Traffic): void {
  report.slowestMs = Math.max(report.slowestMs, slowestMs);
  for (const sent of history.values()) {
    report.operations++;
    for (const { outcome } of answersOf(sent)[0]?.rows ?? [])
      report[outcome === 'APPLIED' ? 'acknowledged' : 'refused']++;
    for (const reply of sent.replies) {
      if (!('unknown' in reply)) report.replayed += Number(reply.replayed);
      else report.unknown.set(reply.unknown, (report.unknown.get(reply.unknown) ?? 0) + 1);
    }
  }
  if (report.unknown.has(NEVER_ANSWERED)) throw new Error('A request was never answered.');
}

export function describeReport(report: Report): string {
  const unknown = Array.from(report.unknown, ([why, count]) => `${why}: ${count}`).join(', ') || 'none';
  return `${report.kills} crashes under load, ${report.startKills} kills while starting
${report.operations} operations sent, ${report.acknowledged} updates acknowledged, ${report.refused} refused, ${report.replayed} answers replayed
requests of unknown outcome: ${unknown}; the slowest took ${report.slowestMs.toFixed(0)} ms
`;
}

const MAX_FINDINGS = 20;

/** Lists the findings. For the first SKU among them it adds all requests, answers and stored changes. */
export function describeFindings(
  findings: readonly Finding[],
  history: History,
  stored: Stored,
  seed: number,
  cycle: number,
): string {
  const skuId = findings.find((finding) => finding.skuId !== null)?.skuId ?? null;
  const sku = stored.skus.find((row) => row.sku_id === skuId);
  return [
    `seed ${seed}, cycle ${cycle}: ${findings.length} findings`,
    ...findings.slice(0, MAX_FINDINGS).map((finding) => `  ${finding.skuId}: ${finding.complaint}`),
    `${skuId}, stored: ${JSON.stringify(sku)}`,
    'its log (position, version, before, after, operation):',
    ...stored.changes
      .filter((change) => change.sku_id === skuId)
      .map((change) =>
        [
          change.position,
          change.version,
          change.quantity_in_stock_before,
          change.quantity_in_stock,
          numberOf(change),
        ].join(' '),
      ),
    'sent and answered:',
    ...[...history.values()].flatMap((sent) => describeSent(sent, skuId)),
  ].join('\n');
}

function describeSent({ operation, expected, replies }: Sent, skuId: string | null): string[] {
  const row = operation.rows.findIndex((planned) => planned.skuId === skuId);
  if (row < 0) return [];
  const { number, door, kind, rows, isAllOrNothing, hasKey } = operation;
  const answers = replies.map((reply) =>
    'unknown' in reply ? reply.unknown : { replayed: reply.replayed, ...reply.rows[row] },
  );
  const what = [number, door, kind, `row ${row} of ${rows.length}`, rows[row]?.quantityInStock];
  const how = { isAllOrNothing, hasKey, expected: expected[row] };
  return [`${what.join(' ')} ${JSON.stringify(how)} -> ${JSON.stringify(answers)}`];
}
