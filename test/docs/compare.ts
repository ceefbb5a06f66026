/** Compares what an example prints with what its page says. */

/** A cursor of the log of changes, with the time of its change. */
export const CURSOR = /Wz[\w-]{14,}/g;

/** What differs from run to run: moments, ids and tokens. A page shows one of each. */
const CHANGING: readonly [RegExp, string][] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'MOMENT'],
  [/\b[\da-f]{40}\b/g, 'TOKEN'],
  [/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/g, 'UUID'],
  [/\bwhsec_[\w+/]{43}=/g, 'SECRET'],
  [CURSOR, 'CURSOR'],
  [/^date: .*$/gim, 'date: MOMENT'],
];

/** JSON without regard to its layout, everything else line by line. Both in a form that `toEqual` shows well. */
export function comparable(text: string): unknown {
  const plain = CHANGING.reduce((rest, [what, name]) => rest.replaceAll(what, name), text).trim();
  try {
    return JSON.parse(plain);
  } catch {
    return linesOf(plain);
  }
}

/** Without empty lines, and without the comments by which a stream of events shows that it is alive. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== ':');
}
