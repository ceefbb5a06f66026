/** Starts the board. */
import { effect, untracked } from '@preact/signals';
import { render } from 'preact';
import { followLive, onLost } from './live/live.ts';
import { App } from './shell/app.tsx';
import { pendingCalls } from './edit/pending.ts';
import { unsavedEdits } from './edit/edits.ts';
import { forgetOwn } from './edit/own-versions.ts';
import { readActivityAnew } from './state/activity.ts';
import { followHistory, readHistoryAnew } from './state/history.ts';
import { isSignedIn } from './state/reachable.ts';
import { rememberReason } from './edit/reason.ts';
import { notify } from './state/notices.ts';
import { followBackButton, followView } from './state/route.ts';
import {
  dropsUnsaved,
  followOtherTabs,
  mayManageWebhooks,
  mayView,
  openSession,
  takeOtherStream,
  viewer,
} from './state/session.ts';
import { followSkus } from './state/sku-pages.ts';
import { followWebhooks } from './state/webhooks.ts';

const root = document.querySelector('#board');
if (!root) throw new Error('The page has no element #board.');
render(<App />, root);

followView();
followBackButton();
followOtherTabs();
followHistory();
rememberReason();
let isReading = false;
effect(() => {
  // The first rows are asked for at once. A token that may not view them is told so when it is known.
  if (isSignedIn.value !== true || isReading) return;
  isReading = true;
  untracked(followSkus);
});
effect(() => {
  // For the same supplier the stream goes on behind the last change that it saw, so that no row misses one.
  if (viewer.value && mayView.value && isSignedIn.value === true)
    untracked(() => followLive(takeOtherStream()));
});
effect(() => {
  // A question on its way while somebody signs in would be answered as if nobody had.
  if (mayManageWebhooks.value && isSignedIn.value === true) return untracked(followWebhooks);
  return undefined;
});
onLost(() => {
  forgetOwn();
  readHistoryAnew();
  readActivityAnew();
  notify({
    text: 'The store was restored, and its last changes are gone. Check your last edits.',
    isFault: true,
  });
});
addEventListener('beforeunload', (event) => {
  if (!dropsUnsaved() && unsavedEdits() + pendingCalls.value > 0) event.preventDefault();
});
addEventListener('unhandledrejection', ({ reason }) => tellFault(reason));
// Warnings of the browser itself, such as those of observers that were late, come without an error.
addEventListener('error', ({ error }) => error instanceof Error && tellFault(error));
void openSession();

/** Tells of a fault that nothing else on the page has told. */
function tellFault(fault: unknown): void {
  const words = (fault instanceof Error ? fault.message : String(fault)).replace(/\.$/, '');
  notify({ text: `That did not work: ${words}. Try again, or reload the page.`, isFault: true });
}
