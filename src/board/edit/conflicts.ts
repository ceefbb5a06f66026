/** Conflicts that wait for the user: somebody else changed the SKU after the user had seen it. */
import { signal } from '@preact/signals';
import type { Field, Value } from '../state/fields.ts';

export interface Conflict {
  readonly skuId: string;
  readonly field: Field;
  readonly before: Value;
  readonly mine: Value;
  readonly theirs: Value;
  readonly lastChange: LastChange | null;
}

export interface LastChange {
  readonly actor: string;
  readonly changedAt: string;
  readonly reason: string | null;
  readonly source: string;
}

/** Null: the user leaves it open. The cell then keeps the value and the gateway's words. */
export type Choice = 'mine' | 'theirs' | null;

export interface Asked {
  readonly conflict: Conflict;
  readonly choose: (choice: Choice) => void;
}

/** The first one is shown. */
export const conflicts = signal<readonly Asked[]>([]);

export function resolveConflict(conflict: Conflict): Promise<Choice> {
  return new Promise((resolve) => {
    const asked: Asked = {
      conflict,
      choose: (choice) => {
        conflicts.value = conflicts.value.filter((other) => other !== asked);
        resolve(choice);
      },
    };
    conflicts.value = [...conflicts.value, asked];
  });
}
