/** Starts the board. */
import { effect } from '@preact/signals';
import { render } from 'preact';
import { followLive } from './live/live.ts';
import { App } from './shell/app.tsx';
import { pendingCalls } from './state/bulk.ts';
import { unsavedEdits } from './state/edits.ts';
import { followHistory } from './state/history.ts';
import { rememberReason } from './state/reason.ts';
import { followBackButton } from './state/route.ts';
import { mayView, openSession, viewer } from './state/session.ts';
import { followSkus } from './state/sku-pages.ts';
import { followView } from './state/view.ts';

const root = document.querySelector('#board');
if (!root) throw new Error('The page has no element #board.');
render(<App />, root);

followView();
followBackButton();
followHistory();
rememberReason();
let isFollowing = false;
effect(() => {
  if (!viewer.value || !mayView.value) return;
  followLive();
  if (!isFollowing) followSkus();
  isFollowing = true;
});
addEventListener('beforeunload', (event) => {
  if (unsavedEdits() + pendingCalls.value > 0) event.preventDefault();
});
void openSession();
