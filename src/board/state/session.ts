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
  if (signedIn) await enter();
  else isSignedIn.value = false;
}

/** Call it once there is a session. What waited for it goes on. */
export async function enter(): Promise<void> {
  const answer = await untilReachable(() => send(viewerQuery, {}));
  viewer.value = answer.viewer;
  isSignedIn.value = true;
  tryAgainNow();
}

/** Ends the session. The page starts anew, so that nothing of what was shown stays. */
export async function leave(): Promise<void> {
  await signOut();
  location.assign('/board/');
}
