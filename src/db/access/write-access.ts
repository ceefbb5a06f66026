/** Writes of who has access that requests cause: sessions of the board, and the days on which tokens are used. */
import type { Store } from '../store/store.ts';
import { noteTokenUse, type TokenUse } from './note-token-use.ts';
import { writeSession, type SessionWrite } from './write-session.ts';

export type AccessWrite = SessionWrite | { readonly tokenUse: TokenUse };

/** Writes it. False: a session cannot begin, because its supplier is gone. */
export type WriteAccess = (write: AccessWrite) => Promise<boolean>;

export function createWriteAccess(store: Store): WriteAccess {
  return async (write) => {
    if (!('tokenUse' in write)) return writeSession(store, write);
    await noteTokenUse(store, write.tokenUse);
    return true;
  };
}
