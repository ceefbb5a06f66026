/** The SKUs of the view, read page by page where the grid looks, and kept up to date by live changes. */
import { effect, signal } from '@preact/signals';
import { skuIndexQuery, skusQuery, type BoardSku } from '../api/documents.ts';
import { send, TooLongError } from '../api/graphql.ts';
import { changeRow, createListing, keepPage, noteChange, PAGE_ROWS, type Listing } from './listing.ts';
import { untilReachable } from './reachable.ts';
import { toFilter, toOrder, view } from './view.ts';

/** A search waits for so many milliseconds for the next key. */
const TYPING_MS = 120;
/** Pauses before the rows are counted again, in milliseconds. */
const COUNT_PAUSES_MS = [1_000, 5_000, 20_000];

/** The listing that is read. */
let listing = createListing(view.peek());
/** The listing whose rows are shown: the one before, until the first page of the new one is there. */
let shown = listing;
/** Resolves when another view may take the place of the one that is shown. */
let released = Promise.resolve();
let release = () => {};

/** Counts up whenever rows have changed, so that the grid is painted again. */
export const rowsChanged = signal(0);
/** The rows of the view that are known; null while none is. */
export const rowCount = signal<number | null>(null);
/** False while there may be more rows than `rowCount`. */
export const isCounted = signal(false);
/** Counts up whenever another view is shown. */
export const viewShown = signal(0);
/** Why the view cannot be read; null if it can. */
export const readingFault = signal<string | null>(null);

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

/** Reads the rows again that are known, where they stand: changes may have been missed. `take` gets each SKU that is read. */
export async function readAgain(take: (sku: BoardSku) => void): Promise<void> {
  const now = listing;
  const pages = [...now.pages.keys()];
  await Promise.all(
    pages.map((page) =>
      whileShown(now, async (stop) => {
        const { skus } = await send(skusQuery, toVariables(now, page), stop);
        skus.nodes.forEach(take);
      }),
    ),
  );
}

/** While `isHeld`, the rows that are shown stay: somebody types into one of them. */
export function holdView(isHeld: boolean): void {
  release();
  if (isHeld) released = new Promise((resolve) => (release = resolve));
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

/** Resolves once it is known how many rows there are, or cannot be. */
export function untilCounted(): Promise<void> {
  return listing.counted;
}

/** Puts a newer state of a SKU into the rows. An older one is left out. */
export function learn(sku: BoardSku): void {
  change(sku.skuId, (known) => (sku.version >= known.version ? sku : known));
}

/** Changes the row of a SKU, now or when it is read. `to` leaves a SKU alone that is as new, or newer. True if the row is shown. */
export function change(skuId: string, to: (sku: BoardSku) => BoardSku): boolean {
  noteChange(skuId, to);
  const isShown = changeRow(shown, skuId, to);
  if (listing !== shown) changeRow(listing, skuId, to);
  if (isShown) rowsChanged.value++;
  return isShown;
}

/** Reads the first page, shows it, and learns how many rows there are and where the other pages begin. */
async function begin(now: Listing): Promise<void> {
  if (now !== listing) return;
  await readPage(now, 0);
  await released;
  const first = now.pages.get(0);
  if (now !== listing || !first) return;
  const isWhole = first.length < PAGE_ROWS;
  show(now, first.length, isWhole);
  if (!isWhole) now.counted = count(now);
}

async function count(now: Listing): Promise<void> {
  const variables = { filter: toFilter(now.view), orderBy: toOrder(now.view) };
  await whileShown(now, async (stop) => {
    const { skus } = await patiently(() => send(skuIndexQuery, variables, stop), stop);
    if (now !== listing) return;
    now.cursors = skus.index.cursors;
    rowCount.value = skus.index.count;
    isCounted.value = true;
    rowsChanged.value++;
  });
}

/** The first rows are there already. So what takes a busy gateway too long is asked for again a little later, a few times. */
async function patiently<Result>(ask: () => Promise<Result>, stop: AbortSignal): Promise<Result> {
  for (const ms of COUNT_PAUSES_MS) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof TooLongError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, ms));
      stop.throwIfAborted();
    }
  }
  return ask();
}

function readPage(now: Listing, page: number): Promise<void> {
  const kept = now.pages.get(page);
  if (kept) {
    // It is looked at now, so it goes last.
    now.pages.delete(page);
    now.pages.set(page, kept);
    return Promise.resolve();
  }
  const known = now.reading.get(page);
  if (known || (page > 0 && now.cursors[page - 1] === undefined)) return known ?? Promise.resolve();
  const reading = whileShown(now, async (stop) => {
    const { skus } = await send(skusQuery, toVariables(now, page), stop);
    if (now !== listing) return;
    keepPage(now, page, skus.nodes);
    readingFault.value = null;
    rowsChanged.value++;
  }).finally(() => now.reading.delete(page));
  now.reading.set(page, reading);
  return reading;
}

function toVariables({ view: wanted, cursors }: Listing, page: number) {
  const after = page === 0 ? null : (cursors[page - 1] ?? null);
  return { after, filter: toFilter(wanted), orderBy: toOrder(wanted) };
}

function show(now: Listing, rows: number, isWhole: boolean): void {
  shown = now;
  rowCount.value = rows;
  isCounted.value = isWhole;
  viewShown.value++;
  rowsChanged.value++;
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
