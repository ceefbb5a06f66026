/** What the live stream tells the tabs of a browser, and what a tab tells it. */

import type { BoardSku } from '../api/documents.ts';

/** `catching up`: the stream is open, and brings what changed while it was not. */
export type LiveStatus = 'live' | 'catching up' | 'offline';

export interface LiveChange {
  readonly skuId: string;
  readonly version: number;
  readonly after: {
    readonly quantityInStock: number;
    readonly quantityOnBackorder: number;
    readonly restrictions: BoardSku['restrictions'];
    readonly backorderDate: string | null;
  };
  readonly actor: string;
  readonly source: NonNullable<BoardSku['lastChange']>['source'];
  readonly reason: string | null;
  readonly groupId: string | null;
  readonly changedAt: string;
}

export type FromStream =
  | { readonly kind: 'status'; readonly status: LiveStatus }
  | { readonly kind: 'changes'; readonly changes: readonly LiveChange[] }
  /** The store has lost changes that the stream brought. The stream begins anew. */
  | { readonly kind: 'lost' };

/**
 * `resume`: if there is no connection, try now. `reconnect`: take another one. `restart`: begin anew, because another session has begun.
 */
export type ToStream = 'resume' | 'reconnect' | 'restart' | 'leave';
