/** What is said of a workbook that cannot be read. */
import { FileFault } from '../row.ts';

/** Characters of an error's message that are repeated. It may quote the file. */
const MAX_CAUSE_LENGTH = 200;

/** A fault of a file that no spreadsheet program writes. `what` names the damage; an error's message says more. */
export function damaged(what: string, error?: unknown): FileFault {
  const cause = error instanceof Error ? `: ${describe(error)}` : '';
  return new FileFault(
    `The workbook is damaged (${what}${cause}). Save it again in a spreadsheet program, and send that.`,
    { cause: error },
  );
}

/** An error's message without characters that could steer a terminal. */
function describe({ message }: Error): string {
  return message
    .slice(0, MAX_CAUSE_LENGTH)
    .replace(/\p{C}/gu, '?')
    .replace(/[.\s]+$/, '');
}
