/** A tally of what is wrong with a file's rows. */
import { format } from './counts.ts';

/** Refused rows that are reported by line, and as many warnings. The others are only counted. */
const MAX_REPORTED = 1_000;
/** Characters of a bad cell that a message repeats. */
const MAX_QUOTED_LENGTH = 40;

/** Counts findings, and reports the first ones. */
export interface Findings {
  readonly refused: number;
  refuse(line: number, reason: string): void;
  warn(line: number, reason: string): void;
  /** Reports how many findings were only counted. */
  finish(): void;
}

/** Findings that are reported as `line N: ...`. */
export function createFindings(report: (line: string) => void): Findings {
  let refused = 0;
  let warned = 0;
  return {
    get refused() {
      return refused;
    },
    refuse: (line, reason) => {
      if (++refused <= MAX_REPORTED) report(`line ${line}: ${reason}`);
    },
    warn: (line, reason) => {
      if (++warned <= MAX_REPORTED) report(`line ${line}: warning: ${reason}`);
    },
    finish: () => {
      if (refused > MAX_REPORTED) report(`... and ${format(refused - MAX_REPORTED)} more rows refused`);
      if (warned > MAX_REPORTED) report(`... and ${format(warned - MAX_REPORTED)} more warnings`);
    },
  };
}

/** A cell for a message: its beginning, without characters that could steer a terminal. */
export function quote(cell: string): string {
  return `"${cell.slice(0, MAX_QUOTED_LENGTH).replace(/\p{C}/gu, '?')}"`;
}
