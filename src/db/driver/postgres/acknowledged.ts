/** Remembers which commits of this process were acknowledged, and refuses a promoted server that lacks one. */
import type { ClientBase } from 'pg';
import type { Hosts } from './hosts.ts';

export interface Acknowledged {
  /** Takes a commit's newest positions. */
  note(positions: readonly (readonly [supplierId: string, position: number])[]): void;
  /** Rejects if the server lacks one of them. */
  verify(client: ClientBase, version: number): Promise<void>;
}

export function rememberAcknowledged(hosts: Hosts): Acknowledged {
  const newest = new Map<string, number>();
  let verified = 0;
  return {
    note(positions) {
      if (hosts.isFixed) return;
      for (const [supplierId, position] of positions)
        newest.set(supplierId, Math.max(position, newest.get(supplierId) ?? 0));
    },
    async verify(client, version) {
      if (hosts.isFixed || version === verified) return;
      const { rows } = await client.query<{ supplierId: string; position: string }>(
        'select supplier_id as "supplierId", last_position as position from supplier where supplier_id = any($1)',
        [[...newest.keys()]],
      );
      // A supplier that is not there was deleted.
      if (rows.some(({ supplierId, position }) => Number(position) < (newest.get(supplierId) ?? 0))) {
        hosts.refuse(version);
        throw new Error('The server lacks updates that were acknowledged.');
      }
      verified = version;
    },
  };
}
