/** The session: the token is sent once, and a cookie that no script can read stands for it from then on. */
import { readAnswer, readJson, request } from './graphql.ts';

export type SessionState =
  | { readonly signedIn: true; readonly supplier: string }
  /** With the token of the demo, to fill in the form; null elsewhere. */
  | { readonly signedIn: false; readonly demoToken: string | null };

const PATH = '/board/session';

export async function readSession(): Promise<SessionState> {
  return readAnswer(await request(PATH, {}));
}

/** Resolves with the session, or with the reason if the token is refused. */
export async function signIn(token: string): Promise<SessionState | string> {
  const response = await fetch(PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  }).catch(() => null);
  if (!response) return 'The gateway cannot be reached. Try again.';
  const answer = await readJson<SessionState | { message: string }>(response).catch(() => null);
  if (answer && 'signedIn' in answer) return answer;
  return answer?.message ?? `The gateway answered ${response.status}. Try again.`;
}

export async function signOut(): Promise<void> {
  await request(PATH, { method: 'DELETE' });
}
