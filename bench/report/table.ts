/** The content of results.json, the judgement of a row, and the printed table. */
import type { Measured } from '../measure/measure.ts';
import type { Row } from '../measure/row.ts';

export interface Results {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly platform: string;
    readonly node: string;
    readonly postgres: string | null;
    /** Whether the server and the load generator had separate cores. */
    readonly pinned: boolean;
  };
  readonly settings: Readonly<Record<string, number | boolean>>;
  readonly durability: Readonly<Record<string, string>>;
  readonly rows: readonly RowResult[];
}

export interface RowResult extends Measured {
  readonly name: string;
  readonly unit: Row['unit'];
  readonly target: Row['target'];
  /** Null if the row has no target. */
  readonly met: boolean | null;
  /** The last round minus the second. Null if the row has no limit for growth. */
  readonly growth: number | null;
  /** The largest share of a core that the load generator used, 0 to 1. Near 1 the generator was the limit, and the row says little. */
  readonly generatorBusy: number;
  readonly date: string;
  readonly commit: string;
}

/** Returns the number that is compared with the target: the ratio if there is a peer, otherwise Stockgate's own value. */
export function valueOf({ ours, ratio }: Measured): number {
  return ratio?.median ?? ours.median;
}

/** Returns whether the target is met, or null if the row has none. */
export function judge({ target, mostGrowth }: Row, measured: Measured): boolean | null {
  if (!target) return null;
  const value = valueOf(measured);
  if ('atLeast' in target) return value >= target.atLeast;
  const growth = growthOf(measured);
  return value <= target.atMost && (mostGrowth === undefined || growth <= mostGrowth);
}

/** Returns the growth from the second round to the last, because the first round only warms up. */
export function growthOf({ ours: { rounds } }: Measured): number {
  return (rounds.at(-1) ?? 0) - (rounds[1] ?? rounds[0] ?? 0);
}

export function formatTable(results: readonly RowResult[]): string {
  const lines = [['', 'ours', 'peer', 'ratio', 'target', ''], ...results.map(formatRow)];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function formatRow(result: RowResult): string[] {
  const { name, unit, ours, peer, ratio, growth } = result;
  const label = growth === null ? `${name}, ${unit}` : `${name}, ${unit} (growth ${growth.toFixed(1)})`;
  const measured = [ours.median, peer?.median, ratio?.median].map((value) =>
    value === undefined ? '' : formatNumber(value),
  );
  return [label, ...measured, formatTarget(result), formatMet(result)];
}

export function formatTarget({ target, unit, ratio }: RowResult): string {
  if (!target) return '';
  if ('atLeast' in target) return `>= ${target.atLeast}`;
  return `<= ${target.atMost}${ratio ? '' : ` ${unit}`}`;
}

function formatMet({ met, generatorBusy }: RowResult): string {
  const limit = generatorBusy > 0.9 ? ' (generator at its limit)' : '';
  return (met === null ? '' : met ? 'met' : 'missed') + limit;
}

/** Formats with three significant digits, or as an integer from 100 on. */
export function formatNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
}
