/** What the thread of the connections and a request thread say to each other. */
import type { Fault, HeavyAnswer, HeavyRequest, LivePage, PageRequest } from './heavy-request.ts';

/** What a request thread is asked to do. Buffers arrive as Uint8Arrays. */
export type ThreadCall =
  | { readonly name: 'answer'; readonly request: HeavyRequest }
  | { readonly name: 'readPage'; readonly request: PageRequest };

export type ThreadResult = HeavyAnswer | LivePage;

export type ToThread =
  | { readonly kind: 'call'; readonly id: number; readonly call: ThreadCall }
  /** Nobody waits for this result any more. */
  | { readonly kind: 'left'; readonly id: number }
  /** Answered at once by a thread that is not stuck. */
  | { readonly kind: 'ping' };

export type FromThread =
  | { readonly kind: 'result'; readonly id: number; readonly result: ThreadResult }
  | { readonly kind: 'fault'; readonly id: number; readonly fault: Fault }
  | { readonly kind: 'pong' };
