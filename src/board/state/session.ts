/** Who is signed in. */
import { computed, signal } from '@preact/signals';
import { viewerQuery, type Viewer } from '../api/documents.ts';
import { send } from '../api/graphql.ts';
import { readSession, signOut } from '../api/session.ts';
import { isSignedIn, tryAgainNow, untilReachable } from './reachable.ts';

export const viewer = signal<Viewer | null>(null);
export const demoToken = signal<string | null>(null);
export const mayEdit = computed(() => viewer.value?.permissions.includes('EDIT_ITEMS') ?? false);
export const mayView = computed(() => viewer.value?.permissions.includes('VIEW_ITEMS') ?? false);

/** Asks whether there is a session, and whose. */
export async function openSession(): Promise<void> {
  const { signedIn, demoToken: token = null } = await untilReachable(readSession);
  demoToken.value = token;
  isSignedIn.value = signedIn;
  if (signedIn) await enter();
}

/** Call it when the user has just signed in. What waited for a session goes on, if it is one of the same supplier. */
export async function beginSession(): Promise<void> {
  tellOtherTabs();
  const before = viewer.value;
  await enter();
  if (before && before.supplier !== viewer.value?.supplier) location.reload();
  else tryAgainNow();
}

async function enter(): Promise<void> {
  const answer = await untilReachable(() => send(viewerQuery, {}));
  viewer.value = answer.viewer;
  isSignedIn.value = true;
}

const STORED_AS = 'stockgate.session';

/** Other tabs have the same cookie. What they show may be of another supplier, so they begin anew. */
export function followOtherTabs(): void {
  addEventListener('storage', ({ key }) => key === STORED_AS && location.reload());
}

function tellOtherTabs(): void {
  try {
    localStorage.setItem(STORED_AS, String(Date.now()));
  } catch {
    // A browser that keeps nothing has no other tab to tell.
  }
}

/** Ends the session. The page starts anew, so that nothing of what was shown stays. */
export async function leave(): Promise<void> {
  await signOut();
  tellOtherTabs();
  location.assign('/board/');
}
