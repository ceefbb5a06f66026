/** Idempotency keys that a test puts into a store by itself. */
import { sql } from 'kysely';
import { bytesOfKey } from '../../src/db/update/key-bytes.ts';
import type { Store } from '../../src/db/store/store.ts';

/** Counts anew what suppliers keep, as `stockgate check` wants it. */
export async function countKeyBytes({ db }: Store): Promise<void> {
  await sql`update supplier set idempotency_bytes = (
    select coalesce(sum(${bytesOfKey}), 0) from idempotency_key as kept
    where kept.supplier_id = supplier.supplier_id)`.execute(db);
}
