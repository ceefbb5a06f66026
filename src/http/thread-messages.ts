/** What the thread of the connections and a request thread say to each other. */
import type { HeavyAnswer, HeavyRequest } from './heavy-request.ts';

/** To a request thread. Buffers arrive as Uint8Arrays. */
export type ToThread =
  | { readonly kind: 'answer'; readonly id: number; readonly request: HeavyRequest }
  /** Nobody waits for this answer any more. */
  | { readonly kind: 'left'; readonly id: number }
  /** Answered at once by a thread that is not stuck. */
  | { readonly kind: 'ping' };

export type FromThread =
  | { readonly kind: 'answered'; readonly id: number; readonly answer: HeavyAnswer }
  | { readonly kind: 'pong' };
