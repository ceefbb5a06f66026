/** Starts the board. */
import { effect, untracked } from '@preact/signals';
import { render } from 'preact';
import { followLive } from './live/live.ts';
import { App } from './shell/app.tsx';
import { pendingCalls } from './edit/pending.ts';
import { unsavedEdits } from './edit/edits.ts';
import { followHistory } from './state/history.ts';
import { isSignedIn } from './state/reachable.ts';
import { rememberReason } from './edit/reason.ts';
import { followBackButton } from './state/route.ts';
import { followOtherTabs, mayView, openSession, viewer } from './state/session.ts';
import { followSkus } from './state/sku-pages.ts';
import { followView } from './state/view.ts';

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
let isNew = false;
effect(() => {
  // Whoever signs in after the page was opened begins a new stream.
  if (isSignedIn.value === false) isNew = true;
  if (viewer.value && mayView.value && isSignedIn.value === true) untracked(() => followLive(isNew));
});
addEventListener('beforeunload', (event) => {
  if (unsavedEdits() + pendingCalls.value > 0) event.preventDefault();
});
void openSession();
