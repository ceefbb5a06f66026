/** What only the running gateway knows of the board: a session, a feed and a file of the page. The fuzzer puts them into its requests. */
import { tokens } from '../support/gateway.ts';
import { FEED_ID, FILE, SECRET } from './board-requests.ts';
import { exchange, type Exchange } from './exchange.ts';
import { toBytes } from './wire-request.ts';

/** Signs in, and looks for a file of the page. */
export async function openBoardSession(port: number) {
  let [secret, feedId, file] = [await signIn(port), FEED_ID, await findFile(port)];
  return {
    /** The request with what is known in the place of its stand-ins. */
    fill(bytes: Buffer): Buffer {
      const text = bytes.toString('latin1');
      const filled = text.replaceAll(SECRET, secret).replaceAll(FEED_ID, feedId).replaceAll(FILE, file);
      return Buffer.from(filled, 'latin1');
    },
    /** Remembers a feed that was handed in. Signs in again once the session may have ended. */
    async learn({ answers }: Exchange): Promise<void> {
      for (const { headers, body } of answers) {
        const id = /^\{"id":"([0-9a-f-]{36})"/.exec(body.subarray(0, 50).toString())?.[1];
        feedId = id ?? feedId;
        // Signing in and signing out both set the cookie, and both end the session.
        if (headers.has('set-cookie')) secret = await signIn(port);
      }
    },
  };
}

async function signIn(port: number): Promise<string> {
  const headers = [
    ['Host', 'localhost'],
    ['Origin', 'http://localhost'],
    ['Content-Type', 'application/json'],
  ] as const;
  const body = Buffer.from(JSON.stringify({ token: tokens.full }));
  const { answers } = await exchange(
    port,
    toBytes({ method: 'POST', path: '/board/session', headers, body }),
  );
  const secret = /^stockgate_session=([\w-]{43});/.exec(answers[0]?.headers.get('set-cookie') ?? '')?.[1];
  if (secret === undefined) throw new Error(`Signing in was answered ${answers[0]?.status}.`);
  return secret;
}

async function findFile(port: number): Promise<string> {
  const headers = [['Host', 'localhost']] as const;
  const page = toBytes({ method: 'GET', path: '/board/', headers, body: Buffer.alloc(0) });
  const { answers } = await exchange(port, page);
  const file = /src="\/board\/([\w.-]+)"/.exec(answers[0]?.body.toString() ?? '')?.[1];
  if (file === undefined) throw new Error('The page names no file.');
  return file;
}
