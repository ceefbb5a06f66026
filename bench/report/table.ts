/** The results: what results.json holds, how a row is judged, and the table that is printed. */
import type { Measured } from '../measure/measure.ts';
import type { Row } from '../measure/rows.ts';

export interface Results {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly platform: string;
    readonly node: string;
    readonly postgres: string | null;
    /** Whether server and generator had a core each. */
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
  /** Null where nothing is promised. */
  readonly met: boolean | null;
  /** The last round less the second, where growth is watched. */
  readonly growth: number | null;
  /** The load generator's largest share of its core, 0 to 1: near 1 it was the limit, and the row says little. */
  readonly generatorBusy: number;
  readonly date: string;
  readonly commit: string;
}

/** What the target is held against: the ratio where there is a peer. */
export function valueOf({ ours, ratio }: Measured): number {
  return ratio?.median ?? ours.median;
}

/** Whether the target is met. */
export function judge({ target, mostGrowth }: Row, measured: Measured): boolean | null {
  if (!target) return null;
  const value = valueOf(measured);
  if ('atLeast' in target) return value >= target.atLeast;
  const growth = growthOf(measured);
  return value <= target.atMost && (mostGrowth === undefined || growth <= mostGrowth);
}

/** The first round warms up: from the second to the last. */
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

/** Three digits, or all before the point. */
export function formatNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
}
