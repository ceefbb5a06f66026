/** Cells that somebody else has just changed: each glows once. */
import { rowsChanged } from './sku-pages.ts';

/** How long a changed cell glows, in milliseconds; grid.css has the same time. */
const GLOW_MS = 1_500;
/** SKUs that glow at most. No window shows as many. */
const MAX_GLOWING = 1_000;

/** The names of the fields that glow, by SKU. */
const glowing = new Map<string, ReadonlySet<string>>();

export function glow(skuId: string, fields: Iterable<string>): void {
  if (glowing.size >= MAX_GLOWING) return;
  const names = new Set(fields);
  glowing.set(skuId, names);
  setTimeout(() => {
    // A later change glows for its own time.
    if (glowing.get(skuId) === names) glowing.delete(skuId);
    rowsChanged.value++;
  }, GLOW_MS);
}

export function isGlowing(skuId: string, field: string): boolean {
  return glowing.get(skuId)?.has(field) === true;
}
