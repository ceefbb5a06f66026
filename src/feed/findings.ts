/** Counts what is refused, and reports the first of it. */
import { format } from './counts.ts';

/** Refusals that are reported, and as many warnings. The others are only counted. */
const MAX_REPORTED = 1_000;
/** Characters of a bad cell that a message repeats. */
const MAX_QUOTED_LENGTH = 40;

/** Counts findings, and reports the first ones. */
export interface Findings {
  readonly refused: number;
  /** `place` says which row or SKU: `line 3`. */
  refuse(place: string, reason: string): void;
  warn(place: string, reason: string): void;
  /** Reports how many findings were only counted. */
  finish(): void;
}

/** Findings that are reported as `line 3: ...`. `noun` is what is refused, in the plural. */
export function createFindings(report: (line: string) => void, noun = 'rows'): Findings {
  let refused = 0;
  let warned = 0;
  return {
    get refused() {
      return refused;
    },
    refuse: (place, reason) => {
      if (++refused <= MAX_REPORTED) report(`${place}: ${reason}`);
    },
    warn: (place, reason) => {
      if (++warned <= MAX_REPORTED) report(`${place}: warning: ${reason}`);
    },
    finish: () => {
      if (refused > MAX_REPORTED) report(`... and ${format(refused - MAX_REPORTED)} more ${noun} refused`);
      if (warned > MAX_REPORTED) report(`... and ${format(warned - MAX_REPORTED)} more warnings`);
    },
  };
}

/** A cell for a message: its beginning, without characters that could steer a terminal. */
export function quote(cell: string): string {
  return `"${plain(cell)}"`;
}

/** As `quote`, without the quotes. */
export function plain(cell: string): string {
  return cell.slice(0, MAX_QUOTED_LENGTH).replace(/\p{C}/gu, '?');
}
