/** What the grid says when it has no row, and when rows cannot be read. */
import { readingFault, refresh } from '../state/sku-pages.ts';
import { clearFilters, isFiltered } from '../state/view.ts';

export function EmptyGrid() {
  if (!isFiltered.value)
    return <p class="empty">There is no SKU yet. Import a catalog with the command import skus.</p>;
  return (
    <p class="empty">
      No SKU matches.
      <button type="button" onClick={clearFilters}>
        Clear filters
      </button>
    </p>
  );
}

/** Stands above the rows, which may be those of before. */
export function ReadingFault() {
  if (readingFault.value === null) return null;
  return (
    <p class="reading-fault fault" role="alert">
      {readingFault.value}
      <button type="button" onClick={refresh}>
        Read again
      </button>
    </p>
  );
}
