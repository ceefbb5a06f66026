/** Lists that grow at both ends: what happens now comes in at the top, and "Older" adds to the end. */

export interface Newest<Item> {
  /** Newest first. */
  readonly items: readonly Item[];
  /** Where older items follow; null after the last one. */
  readonly after: string | null;
}

type KeyOf<Item> = (item: Item) => string | number;

/** Live changes are gathered for so long before the newest items are read again, in milliseconds. */
const GATHER_MS = 500;

/** Puts the newest page on top of what is known, so that what "Older" brought stays. */
export function putNewest<Item>(page: Newest<Item>, known: Newest<Item>, keyOf: KeyOf<Item>): Newest<Item> {
  const fresh = new Set(page.items.map(keyOf));
  const kept = known.items.filter((item) => !fresh.has(keyOf(item)));
  // If the two have no item in common, some may be missing between them.
  const isGap = kept.length === known.items.length;
  if (isGap || kept.length === 0 || page.after === null) return page;
  return { items: [...page.items, ...kept], after: known.after };
}

/** Adds an older page. An item that moved to the top since is in the list already. */
export function addOlder<Item>(known: Newest<Item>, page: Newest<Item>, keyOf: KeyOf<Item>): Newest<Item> {
  const listed = new Set(known.items.map(keyOf));
  return { ...page, items: [...known.items, ...page.items.filter((item) => !listed.has(keyOf(item)))] };
}

/** Numbers the requests for one thing. An answer counts unless a later request has been answered before it. */
export function inTurn(): () => () => boolean {
  let asked = 0;
  let answered = 0;
  return () => {
    const turn = ++asked;
    return () => {
      if (turn < answered) return false;
      answered = turn;
      return true;
    };
  };
}

/** Makes a function that does the work half a second after its first call; calls until then are the same one. */
export function gathered(work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      work();
    }, GATHER_MS);
  };
}
