/** The SKUs of the view, read page by page where the grid looks, and kept up to date by live changes. */
import { effect, signal } from '@preact/signals';
import type { BoardSku } from '../api/documents.ts';
import { skuIndexQuery, skusQuery } from '../api/documents.ts';
import { send } from '../api/graphql.ts';
import { untilReachable } from './reachable.ts';
import { toFilter, toOrder, view, type View } from './view.ts';

/** SKUs of a page. The gateway gives no more at once. */
export const PAGE_ROWS = 100;
/** Pages that are kept. The one that was looked at longest ago goes first. */
const MAX_PAGES = 200;
/** A search waits for so many milliseconds for the next key. */
const TYPING_MS = 120;

/** What is known of the rows of one view. A new view gets a new one, so that answers that come late change nothing. */
interface Listing {
  readonly view: View;
  readonly pages: Map<number, readonly BoardSku[]>;
  /** The page of each SKU that has been read. */
  readonly pageOf: Map<string, number>;
  readonly reading: Set<number>;
  /** The cursors behind which the pages begin, from the second one on. */
  cursors: readonly string[];
  readonly aborted: AbortController;
}

/** The listing that is read. */
let listing = createListing(view.peek());
/** The listing whose rows are shown: the one before, until the first page of the new one is there. */
let shown = listing;

/** Counts up whenever rows have changed, so that the grid is painted again. */
export const rowsChanged = signal(0);
/** The rows of the view; null while that is not known. */
export const rowCount = signal<number | null>(null);
/** Counts up whenever another view is shown. */
export const viewShown = signal(0);
/** Why the view cannot be read; null if it can. */
export const readingFault = signal<string | null>(null);
/** SKUs that a live change has just changed, and when, in milliseconds. */
const glowing = new Map<string, number>();
/** How long a changed row glows, in milliseconds; grid.css has the same time. */
const GLOW_MS = 1_500;
/** Rows that glow at most. No window shows as many. */
const MAX_GLOWING = 1_000;

/** Reads the view now, and again whenever it changes. */
export function followSkus(): void {
  let wasTyped = '';
  effect(() => {
    const wanted = view.value;
    const isTyping = wanted.search !== wasTyped;
    wasTyped = wanted.search;
    listing.aborted.abort();
    listing = createListing(wanted);
    const now = listing;
    if (isTyping) setTimeout(() => void begin(now), TYPING_MS);
    else void begin(now);
  });
}

/** Reads everything that is shown again. */
export function refresh(): void {
  listing.aborted.abort();
  listing = createListing(view.peek());
  void begin(listing);
}

/** Lets the SKU's row glow for a moment. */
export function glow(skuId: string): void {
  if (glowing.size >= MAX_GLOWING) glowing.clear();
  glowing.set(skuId, performance.now());
}

export function isGlowing(skuId: string): boolean {
  const since = glowing.get(skuId);
  return since !== undefined && performance.now() - since < GLOW_MS;
}

/** The SKU of a row; undefined while it is not read. */
export function skuAt(row: number): BoardSku | undefined {
  return shown.pages.get(Math.floor(row / PAGE_ROWS))?.[row % PAGE_ROWS];
}

/** Reads the pages of these rows, from the first up to but not including the last. Resolves once they are there or cannot be read. */
export async function need(first: number, last: number): Promise<void> {
  const now = listing;
  const from = Math.max(0, Math.floor(first / PAGE_ROWS));
  const to = Math.floor(Math.max(0, last - 1) / PAGE_ROWS);
  const wanted = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  await Promise.all(wanted.map((page) => readPage(now, page)));
}

/** Puts a newer state of a SKU into the rows. An older one is left out. */
export function learn(sku: BoardSku): void {
  change(sku.skuId, (known) => (sku.version >= known.version ? sku : known));
}

/** Changes the row of a SKU, if it has been read. True if it has. */
export function change(skuId: string, to: (sku: BoardSku) => BoardSku): boolean {
  const number = shown.pageOf.get(skuId);
  const page = number === undefined ? undefined : shown.pages.get(number);
  if (number === undefined || !page) return false;
  shown.pages.set(
    number,
    page.map((sku) => (sku.skuId === skuId ? to(sku) : sku)),
  );
  rowsChanged.value++;
  return true;
}

function createListing(wanted: View): Listing {
  return {
    view: wanted,
    pages: new Map(),
    pageOf: new Map(),
    reading: new Set(),
    cursors: [],
    aborted: new AbortController(),
  };
}

/** Reads the first page, shows it, and learns how many rows there are and where the other pages begin. */
async function begin(now: Listing): Promise<void> {
  if (now !== listing) return;
  await readPage(now, 0);
  const first = now.pages.get(0);
  if (now !== listing || !first || first.length < PAGE_ROWS) return;
  const variables = { filter: toFilter(now.view), orderBy: toOrder(now.view) };
  await whileShown(now, async (stop) => {
    const { skus } = await send(skuIndexQuery, variables, stop);
    if (now !== listing) return;
    now.cursors = skus.index.cursors;
    rowCount.value = skus.index.count;
    rowsChanged.value++;
  });
}

async function readPage(now: Listing, page: number): Promise<void> {
  const kept = now.pages.get(page);
  if (kept) {
    // It is looked at now, so it goes last.
    now.pages.delete(page);
    now.pages.set(page, kept);
    return;
  }
  const after = page === 0 ? null : now.cursors[page - 1];
  if (after === undefined || now.reading.has(page)) return;
  now.reading.add(page);
  const variables = { after, filter: toFilter(now.view), orderBy: toOrder(now.view) };
  await whileShown(now, async (stop) => {
    const { skus } = await send(skusQuery, variables, stop);
    if (now !== listing) return;
    keepPage(now, page, skus.nodes);
    if (page === 0) show(now, skus.nodes.length);
    readingFault.value = null;
    rowsChanged.value++;
  });
  now.reading.delete(page);
}

function keepPage({ pages, pageOf }: Listing, number: number, skus: readonly BoardSku[]): void {
  pages.set(number, skus);
  for (const { skuId } of skus) pageOf.set(skuId, number);
  const [oldest] = pages.keys();
  if (pages.size <= MAX_PAGES || oldest === undefined) return;
  for (const { skuId } of pages.get(oldest) ?? []) if (pageOf.get(skuId) === oldest) pageOf.delete(skuId);
  pages.delete(oldest);
}

function show(now: Listing, rows: number): void {
  shown = now;
  rowCount.value = rows;
  viewShown.value++;
}

/** Does the work again whenever the gateway was out of reach, for as long as this listing is shown. */
async function whileShown(now: Listing, work: (stop: AbortSignal) => Promise<void>): Promise<void> {
  try {
    await untilReachable(() => work(now.aborted.signal), now.aborted.signal);
  } catch (error) {
    if (now.aborted.signal.aborted) return;
    readingFault.value = error instanceof Error ? error.message : String(error);
  }
}
