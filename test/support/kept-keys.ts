/** For tests that write idempotency keys straight into a store. */
import { sql } from 'kysely';
import { sumUpDays } from '../../src/db/partition/key-days.ts';
import { bytesOfKey } from '../../src/db/update/key-bytes.ts';
import type { Store } from '../../src/db/store/store.ts';

/** Recounts each supplier's bytes of keys, so that `stockgate check` finds no difference. */
export async function countKeyBytes({ kind, db }: Store): Promise<void> {
  if (kind === 'postgres') await sumUpDays(db, bytesOfKey);
  await sql`update supplier set idempotency_bytes = (
    select coalesce(sum(${bytesOfKey}), 0) from idempotency_key as kept
    where kept.supplier_id = supplier.supplier_id)`.execute(db);
}
