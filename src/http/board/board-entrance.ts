/** The board's entrance to the doors: the gateway's own page alone, and a session says who calls. */
import type { Caller, Sessions } from '../../domain/caller.ts';
import type { Denial, Entrance } from '../edge/authenticate.ts';
import { refuseOtherOrigins } from './own-origin.ts';
import { readSecrets } from './session-cookie.ts';

export const BOARD_PATH = '/board';
/** The supplier that the page was opened for, percent-encoded. Another tab may have signed in for another one since. */
const SUPPLIER_HEADER = 'x-board-supplier';
/** The page sends it with what it asks again and again, though nobody touches it. */
const BY_ITSELF_HEADER = 'x-board-by-itself';

export function createBoardEntrance(sessions: Sessions): Entrance {
  return {
    prefix: BOARD_PATH,
    judgePage(request, reply) {
      // No cache between the gateway and the browser may keep what only this session may see.
      reply.header('cache-control', 'no-store');
      return refuseOtherOrigins(request);
    },
    findCaller: async ({ headers }) => {
      // A page that nobody uses must not keep its session for ever.
      const find = headers[BY_ITSELF_HEADER] === undefined ? sessions.use : sessions.check;
      const caller = await findOne(readSecrets(headers), find);
      const meant = headers[SUPPLIER_HEADER];
      const isMeant =
        'message' in caller || meant === undefined || meant === encodeURIComponent(caller.supplierName);
      return isMeant ? caller : anotherSupplier;
    },
    credentialOf: ({ headers }) => {
      const secrets = readSecrets(headers);
      return {
        key: `session ${secrets.join(' ')}`,
        // An open stream is no use of the session either.
        isGood: async () => !('message' in (await findOne(secrets, (secret) => sessions.check(secret)))),
      };
    },
  };
}

/** The one caller of these sessions. */
export async function findOne(secrets: readonly string[], find: Sessions['use']): Promise<Caller | Denial> {
  const found = await Promise.all(secrets.map(find));
  const [caller, ...others] = found.filter((one) => one !== null);
  if (!caller) return signedOut;
  const isSame = (other: Caller) => other.supplierId === caller.supplierId && other.actor === caller.actor;
  return others.every(isSame) ? caller : severalSessions;
}

const signedOut: Denial = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message: 'You are not signed in, or the session has ended. Sign in at /board/.',
};
const anotherSupplier: Denial = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message: 'Somebody else is signed in: the session is of another supplier than this page. Reload the page.',
};
/** Another program on the host may have planted one, so that people work for a supplier that is not theirs. */
const severalSessions: Denial = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message: "The browser has sessions of two tokens. Delete this site's cookies, and sign in again.",
};
