/** Requests that take long to read, to run or to write: answered whole on a request thread, so that no other waits for them. */
import type { Caller } from '../../domain/caller.ts';
import type { ChangeFilter } from '../../domain/change.ts';
import { UnavailableError, type UnavailableCode } from '../../domain/unavailable.ts';
import type { GraphqlParams, GraphqlRequest } from '../graphql/graphql-request.ts';
import type { LegacyRequest } from '../legacy/views.ts';
import { unavailableIn } from '../edge/edge-error.ts';
import type { RefusedCall } from '../edge/request-log.ts';

interface FromCaller {
  /** Named in the texts of faults; the log has the same. */
  readonly requestId: string;
  readonly caller: Caller;
}

export interface HeavyGraphqlRequest extends FromCaller {
  readonly door: 'graphql';
  readonly request: GraphqlRequest;
}

export type HeavyLegacyRequest = FromCaller & LegacyRequest;

export type HeavyRequest = HeavyGraphqlRequest | HeavyLegacyRequest;

/** A subscription's answer has no end: the thread that has the connection writes it, page by page. */
export type HeavyAnswer = WholeAnswer | { readonly live: LiveStart };

/** A subscription that is valid and permitted. */
export interface LiveStart {
  readonly subscription: LiveSubscription;
  /** Changes behind this position are to come. */
  readonly position: number;
}

/** What makes the events of a stream. Streams with the same key get the same bytes. */
export interface LiveSubscription {
  readonly key: string;
  readonly caller: Caller;
  readonly filter: ChangeFilter;
  readonly params: GraphqlParams;
}

export interface PageRequest {
  readonly subscription: LiveSubscription;
  readonly position: number;
}

/** Some of a stream's events, as server-sent events. */
export interface LivePage {
  readonly events: Uint8Array;
  /** All changes up to here were looked at. */
  readonly position: number;
  /** Whether the log had nothing behind it. */
  readonly isEnd: boolean;
}

export interface WholeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Why it was refused or failed, where the status does not say it. */
  readonly code: string | null;
  /** What a legacy call asked for that was refused. */
  readonly refused?: RefusedCall | undefined;
  /** Its GraphQL operation is valid. */
  readonly isValid: boolean;
  /** What went wrong on our side, for the log. */
  readonly faults: readonly Fault[];
  /** Rows that its reads looked at. */
  readonly scanned: number;
  /** Rows that it updated, or root fields of its mutation where those are more. */
  readonly rows: number;
  /** Items that its pages asked for. */
  readonly items: number;
}

/** Where a request waits for its turn: a small list does not wait behind a bulk call, nor a short call behind a long one. */
export type Lane = 'lists' | 'calls' | 'bulk';

/** What is not done on the thread of the connections. Each throws UnavailableError where no thread can take it. */
export interface HeavyWork {
  /** Answers a request on a thread of the lane; `left` aborts when its client has gone. */
  answer(request: HeavyRequest, left: AbortSignal, lane: Lane): Promise<HeavyAnswer>;
  /** Reads a page of a live stream; `ended` aborts when nobody follows any more. */
  readPage(request: PageRequest, ended: AbortSignal): Promise<LivePage>;
}

/** An error as it crosses threads. */
export interface Fault {
  readonly text: string;
  readonly code: UnavailableCode | null;
}

export function toFault(error: unknown): Fault {
  const unavailable = unavailableIn(error);
  const cause = unavailable ? unavailable.cause : error;
  return {
    text: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
    code: unavailable?.code ?? null,
  };
}

/** The error again, for who logs it. */
export function fromFault({ text, code }: Fault): Error {
  const cause = new Error(text);
  // Its stack is the other thread's; that of this one says nothing.
  cause.stack = text;
  return code !== null ? new UnavailableError(code, cause) : cause;
}
