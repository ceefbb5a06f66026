/** What this page has made of each SKU, so that its own changes are no conflicts with one another. */
import type { BoardSku } from '../api/documents.ts';
import { learn } from '../state/sku-pages.ts';

/** SKUs and versions of each that are remembered. The oldest are forgotten first. */
const MAX_SKUS = 20_000;
const MAX_VERSIONS = 20;

/** The end of each SKU's last change, so that its changes are sent one after the other. */
const lines = new Map<string, Promise<void>>();
/** The versions that this page made, one on top of the other. A change that was begun on any of them expects the last one. */
const ownVersions = new Map<string, readonly number[]>();

/** Does the work once all earlier changes of these SKUs have ended, however they ended. Rejects if the work does. */
export function inLine(skuIds: readonly string[], work: () => Promise<void>): Promise<void> {
  const before = skuIds.flatMap((skuId) => lines.get(skuId) ?? []);
  const line = Promise.allSettled(before)
    .then(work)
    .finally(() => {
      for (const skuId of skuIds) if (lines.get(skuId) === line) lines.delete(skuId);
    });
  for (const skuId of skuIds) lines.set(skuId, line);
  return line;
}

/** The version that a change expects which was begun on `seen`. Ask when it is sent. */
export function expectedVersion({ skuId, version }: BoardSku): number {
  const own = ownVersions.get(skuId) ?? [];
  return own.includes(version) ? (own.at(-1) ?? version) : version;
}

/** After the store lost changes: versions of this page may be given again, to changes of others. */
export function forgetOwn(): void {
  ownVersions.clear();
}

/** Notes what a change of this page made of the SKU, and shows it. */
export function noteOwn(sku: BoardSku, expected: number): void {
  const own = ownVersions.get(sku.skuId) ?? [];
  const versions = [...(own.at(-1) === expected ? own : [expected]), sku.version];
  ownVersions.delete(sku.skuId);
  ownVersions.set(sku.skuId, versions.slice(-MAX_VERSIONS));
  const [oldest] = ownVersions.keys();
  if (ownVersions.size > MAX_SKUS && oldest !== undefined) ownVersions.delete(oldest);
  learn(sku);
}
