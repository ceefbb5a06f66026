/** What the grid says when it has no row. */
import { readingFault, refresh, rowCount } from '../state/sku-pages.ts';
import { clearFilters, isFiltered } from '../state/view.ts';

export function EmptyGrid() {
  if (readingFault.value !== null) {
    return (
      <p class="empty" role="alert">
        {readingFault.value}
        <button type="button" onClick={refresh}>
          Read again
        </button>
      </p>
    );
  }
  // Nothing is told while the first page is on its way: that takes a moment only.
  if (rowCount.value === null) return null;
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
