/** Who is signed in. */
import { computed, signal } from '@preact/signals';
import { viewerQuery, type Viewer } from '../api/documents.ts';
import { actFor, send } from '../api/graphql.ts';
import { readSession, signOut, type SessionState } from '../api/session.ts';
import { notify } from './notices.ts';
import { isSignedIn, tryAgainNow, untilReachable } from './reachable.ts';

export const viewer = signal<Viewer | null>(null);
export const demoToken = signal<string | null>(null);
/** Why the page cannot begin although somebody is signed in; null: it can, or nobody is. */
export const sessionFault = signal<string | null>(null);
export const mayEdit = computed(() => viewer.value?.permissions.includes('EDIT_ITEMS') ?? false);
export const mayView = computed(() => viewer.value?.permissions.includes('VIEW_ITEMS') ?? false);
export const mayManageWebhooks = computed(
  () => (mayView.value && viewer.value?.permissions.includes('MANAGE_WEBHOOKS')) ?? false,
);

/** Whose stock this page shows, from the first session on. For another supplier the page begins anew. */
let supplier: string | undefined;
let isBeginningAnew = false;
let isOtherStream = false;

/** Whether the page drops what waits, because it was of another supplier. */
export function dropsUnsaved(): boolean {
  return isBeginningAnew;
}

/** Whether the stream that the tabs share may be of another supplier than the session. True once for each such sign-in. */
export function takeOtherStream(): boolean {
  const isOther = isOtherStream;
  isOtherStream = false;
  return isOther;
}

/** Asks whether there is a session, and whose. Call it again when that may have changed. */
export async function openSession(look = () => untilReachable(readSession)): Promise<void> {
  try {
    await follow(await look());
  } catch (error) {
    sessionFault.value = error instanceof Error ? error.message : String(error);
    isSignedIn.value = false;
  }
}

/** Call it when the user has just signed in. */
export async function beginSession(session: SessionState): Promise<void> {
  if (session.signedIn) {
    isOtherStream ||= lastSupplier() !== session.supplier;
    tellOtherTabs(session.supplier);
  }
  await openSession(() => Promise.resolve(session));
}

/** What waited for a session goes on, if this one is of the same supplier. */
async function follow(session: SessionState): Promise<void> {
  sessionFault.value = null;
  if (!session.signedIn) {
    demoToken.value = session.demoToken;
    isSignedIn.value = false;
    return;
  }
  if (supplier !== undefined && supplier !== session.supplier) return beginAnew();
  ({ supplier } = session);
  actFor(supplier);
  isSignedIn.value = true;
  tryAgainNow();
  const answer = await untilReachable(() => send(viewerQuery, {}));
  viewer.value = answer.viewer;
}

/** Nobody is asked: what waits can be stored nowhere any more. */
function beginAnew(): void {
  isBeginningAnew = true;
  location.reload();
}

/** When and for whom somebody signed in or out last. The time makes it another text each time, which other tabs are told of. */
const STORED_AS = 'stockgate.session';

/** Other tabs have the same cookie. */
export function followOtherTabs(): void {
  addEventListener('storage', ({ key }) => {
    if (key === STORED_AS) void openSession();
  });
}

function tellOtherTabs(of: string): void {
  try {
    localStorage.setItem(STORED_AS, `${Date.now()} ${of}`);
  } catch {
    // A browser that keeps nothing tells no other tab. The gateway refuses what such a tab sends for another supplier.
  }
}

/** The supplier of the browser's last session; undefined if that is not known. */
function lastSupplier(): string | undefined {
  try {
    return /^\d+ (.*)$/s.exec(localStorage.getItem(STORED_AS) ?? '')?.[1];
  } catch {
    return undefined;
  }
}

/** Ends the session. The page starts anew, so that nothing of what was shown stays. */
export async function leave(): Promise<void> {
  try {
    await signOut();
  } catch {
    const text = 'The gateway cannot be reached, so you are still signed in. Sign out again when it is back.';
    return notify({ text, isFault: true });
  }
  if (supplier !== undefined) tellOtherTabs(supplier);
  location.assign('/board/');
}
