/** Which page is shown. The address holds it, and what the page shows. */
import { batch, effect, signal } from '@preact/signals';
import { activityFilter, readActivityAddress, writeActivityAddress } from './activity.ts';
import { mayManageWebhooks, viewer } from './session.ts';
import { readAddress, view, writeAddress } from './view.ts';

export type Page = 'stock' | 'activity' | 'webhooks';
const paths: Record<Page, string> = {
  stock: '/board/',
  activity: '/board/activity',
  webhooks: '/board/webhooks',
};
/** What the address holds beside the page. */
const queries: Record<Page, () => string> = {
  stock: () => writeAddress(view.value),
  activity: () => writeActivityAddress(activityFilter.value),
  webhooks: () => '',
};

export const page = signal<Page>(readPage());

/** The page's address, with what it shows or last showed. */
export function pathOf(to: Page): string {
  return `${paths[to]}${queries[to]()}`;
}

/** For a link's click. A click that asks for a new tab is left to the browser. */
export function follow(event: MouseEvent, to: Page): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  history.pushState(null, '', pathOf(to));
  page.value = to;
}

/** Keeps the address in step with what is shown. */
export function followView(): void {
  effect(() => {
    // For everybody else this page does not exist.
    if (page.value === 'webhooks' && viewer.value && !mayManageWebhooks.value) page.value = 'stock';
    const path = pathOf(page.value);
    if (path !== `${location.pathname}${location.search}`) history.replaceState(history.state, '', path);
  });
}

/** Back and Forward bring the page back as it was left. */
export function followBackButton(): void {
  addEventListener('popstate', () => batch(readPlace));
}

/** What stays as it is keeps its value: a new one would be read again. */
function readPlace(): void {
  page.value = readPage();
  const { search } = location;
  if (page.value === 'stock') {
    const place = readAddress(search);
    if (writeAddress(place) !== writeAddress(view.value)) view.value = place;
  } else if (page.value === 'activity') {
    const place = readActivityAddress(search);
    if (writeActivityAddress(place) !== writeActivityAddress(activityFilter.value))
      activityFilter.value = place;
  }
}

function readPage(): Page {
  const { pathname } = location;
  return (['activity', 'webhooks'] as const).find((name) => pathname.startsWith(paths[name])) ?? 'stock';
}
