/** Remembers which commits of this process were acknowledged, and refuses a promoted server that lacks one. */
import type { ClientBase } from 'pg';
import type { Hosts } from './hosts.ts';

/** The newest change of a supplier that a commit made. */
export interface NewestChange {
  readonly supplierId: string;
  readonly position: number;
  /** When it was made (ISO 8601). After a failover without it, others give its position to another change. */
  readonly changedAt: string;
}

export interface Acknowledged {
  note(newest: readonly NewestChange[]): void;
  /** Rejects if the server lacks one of them. */
  verify(client: ClientBase, version: number): Promise<void>;
}

export function rememberAcknowledged(hosts: Hosts): Acknowledged {
  const newest = new Map<string, NewestChange>();
  let verified = 0;
  return {
    note(changes) {
      if (hosts.isFixed) return;
      for (const change of changes)
        if (change.position > (newest.get(change.supplierId)?.position ?? 0))
          newest.set(change.supplierId, change);
    },
    async verify(client, version) {
      if (hosts.isFixed || version === verified) return;
      const wanted = [...newest.values()];
      const { rows } = await client.query(LACKING, [
        wanted.map(({ supplierId }) => supplierId),
        wanted.map(({ position }) => position),
        wanted.map(({ changedAt }) => changedAt),
      ]);
      if (rows.length > 0) {
        hosts.refuse(version);
        throw new Error('The server lacks updates that were acknowledged.');
      }
      verified = version;
    },
  };
}

/** A supplier that is not there was deleted, and a change below its last position that is not there was pruned. */
const LACKING = `select 1
  from unnest($1::text[], $2::bigint[], $3::text[]) as wanted (supplier_id, position, changed_at)
  join supplier on supplier.supplier_id = wanted.supplier_id
  left join inventory_change as change
    on change.supplier_id = wanted.supplier_id and change.position = wanted.position
  where supplier.last_position < wanted.position or change.changed_at <> wanted.changed_at
  limit 1`;
