/** Names that a mistyped one may stand for. */

/** Names suggested at most. */
const MAX_NEAREST = 3;

/** The names that differ least from `name`, nearest first. Case does not count; a third of its characters may differ. */
export function nearestNames(name: string, names: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  const most = Math.max(1, Math.floor(name.length / 3));
  return names
    .map((known) => ({ known, distance: distanceOf(wanted, known.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, MAX_NEAREST)
    .map(({ known }) => known);
}

/** How many characters must be added, removed or replaced, or neighbours swapped, to make `b` of `a`. */
function distanceOf(a: string, b: string): number {
  let twoBack: number[] = [];
  let back = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(back, j) + 1,
          at(row, j - 1) + 1,
          at(back, j - 1) + cost,
          isSwapped ? at(twoBack, j - 2) + 1 : Infinity,
        ),
      );
    }
    twoBack = back;
    back = row;
  }
  return at(back, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
