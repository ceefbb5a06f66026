/** Notes the day on which a token was last used, so that an operator sees which tokens nobody uses any more. */
import type { Store } from '../store/store.ts';

export interface TokenUse {
  /** SHA-256 of the token, in hexadecimal. */
  readonly tokenHash: string;
  /** The day in UTC, as in 2026-12-24. */
  readonly day: string;
}

/** Writes the day unless a later one is stored. A token that is gone, or that was replaced meanwhile, is no error. */
export async function noteTokenUse({ writes }: Store, { tokenHash, day }: TokenUse): Promise<void> {
  await writes
    .updateTable('token')
    .set({ last_used_on: day })
    .where('token_hash', '=', tokenHash)
    .where(({ eb }) => eb.or([eb('last_used_on', 'is', null), eb('last_used_on', '<', day)]))
    .execute();
}
