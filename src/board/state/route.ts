/** Which page is shown. The address holds it. */
import { signal } from '@preact/signals';

export type Page = 'stock' | 'activity';
const paths: Record<Page, string> = { stock: '/board/', activity: '/board/activity' };

export const page = signal<Page>(readPage());

export function pathOf(to: Page): string {
  return paths[to];
}

/** For a link's click. A click that asks for a new tab is left to the browser. */
export function follow(event: MouseEvent, to: Page): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  history.pushState(null, '', paths[to]);
  page.value = to;
}

export function followBackButton(): void {
  addEventListener('popstate', () => {
    page.value = readPage();
  });
}

function readPage(): Page {
  return location.pathname.startsWith(paths.activity) ? 'activity' : 'stock';
}
