/** Messages between the thread of the connections and a request thread. */
import type {
  ExportPart,
  ExportRequest,
  Fault,
  HeavyAnswer,
  HeavyRequest,
  Lane,
  LivePage,
  PageRequest,
} from './heavy-request.ts';

/** A call of a method of `HeavyWork`. Its Buffers arrive as Uint8Arrays. */
export type ThreadCall =
  | { readonly name: 'answer'; readonly request: HeavyRequest; readonly lane: Lane }
  | { readonly name: 'readPage'; readonly request: PageRequest }
  | { readonly name: 'readExport'; readonly request: ExportRequest };

/** What the called method returned. */
export type ThreadResult = HeavyAnswer | LivePage | ExportPart;

/** A message to a request thread. `id` tells the calls of one thread apart. */
export type ToThread =
  | { readonly kind: 'call'; readonly id: number; readonly call: ThreadCall }
  /** Nobody waits for the result of this call any more. */
  | { readonly kind: 'left'; readonly id: number }
  /** Asks for a `pong`, which only a thread whose event loop runs can send. */
  | { readonly kind: 'ping' };

/** A message from a request thread. */
export type FromThread =
  | { readonly kind: 'result'; readonly id: number; readonly result: ThreadResult }
  | { readonly kind: 'fault'; readonly id: number; readonly fault: Fault }
  | { readonly kind: 'pong' };
