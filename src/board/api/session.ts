/** The session: the token is sent once, and a cookie that no script can read stands for it from then on. */
import { readJson, request } from './graphql.ts';

export interface SessionState {
  readonly signedIn: boolean;
  /** The token of the demo, to fill in the form; null elsewhere. */
  readonly demoToken?: string | null;
}

const PATH = '/board/session';

export async function readSession(): Promise<SessionState> {
  return readJson(await request(PATH, {}));
}

/** Resolves with the reason if the token is refused; null if there is a session now. */
export async function signIn(token: string): Promise<string | null> {
  const response = await fetch(PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  }).catch(() => null);
  if (!response) return 'The gateway cannot be reached. Try again.';
  if (response.ok) return null;
  const { message } = await readJson<{ message?: string }>(response).catch(() => ({ message: undefined }));
  return message ?? `The gateway answered ${response.status}.`;
}

export async function signOut(): Promise<void> {
  await request(PATH, { method: 'DELETE' });
}
