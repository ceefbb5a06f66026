/** Heavy requests, which take long to read, run or write. Request threads answer them, so that small requests do not wait for them. */
import type { Caller } from '../../domain/caller.ts';
import type { LogPlace } from '../../domain/change.ts';
import type { Problem } from '../../domain/refusal.ts';
import type { SkuFilter } from '../../domain/sku.ts';
import { UnavailableError, type UnavailableCode } from '../../domain/unavailable.ts';
import type { Followed } from '../../schema/builder/context.ts';
import type { GraphqlParams, GraphqlRequest } from '../graphql/graphql-request.ts';
import type { LegacyRequest } from '../legacy/views.ts';
import { unavailableIn } from '../edge/edge-error.ts';
import type { RefusedCall } from '../edge/request-log.ts';

interface FromCaller {
  /** In the messages of faults and in the log, so that an operator can find the log line. */
  readonly requestId: string;
  readonly caller: Caller;
}

/** A heavy request to the GraphQL door. */
export interface HeavyGraphqlRequest extends FromCaller {
  readonly door: 'graphql';
  readonly request: GraphqlRequest;
}

/** A heavy request to the legacy door. */
export type HeavyLegacyRequest = FromCaller & LegacyRequest;

/** A heavy request to either door. */
export type HeavyRequest = HeavyGraphqlRequest | HeavyLegacyRequest;

/** A whole answer, or where a live stream starts: the thread of the connections writes its events, page by page. */
export type HeavyAnswer = WholeAnswer | { readonly live: LiveStart };

/** A subscription that is valid and permitted. */
export interface LiveStart {
  readonly subscription: LiveSubscription;
  /** The stream has the changes after this place. Of a feed it has what comes after the revision that is the position. */
  readonly place: LogPlace;
}

/** What determines the events of a stream. Streams with the same key get the same bytes, so they share pages. */
export interface LiveSubscription {
  readonly key: string;
  readonly caller: Caller;
  readonly followed: Followed;
  readonly params: GraphqlParams;
}

/** Asks for the next page of a live stream: what is after `place`. */
export interface PageRequest {
  readonly subscription: LiveSubscription;
  readonly place: LogPlace;
}

/** A bounded run of a stream's events, as server-sent events. */
export interface LivePage {
  readonly events: Uint8Array;
  /** The page covers all changes up to this place, also those that the filter excludes. */
  readonly place: LogPlace;
  /** Whether there was nothing after `place`. */
  readonly isEnd: boolean;
  /** Whether nothing can follow, so that the stream is complete. */
  readonly isOver?: boolean;
}

/** Asks for a part of a supplier's inventory as CSV. */
export interface ExportRequest {
  readonly supplierId: string;
  readonly filter: SkuFilter;
  /** The skuId after which the part begins; null for the first part. */
  readonly after: string | null;
}

/** A bounded part of an export. */
export interface ExportPart {
  /** Lines of CSV, in UTF-8. */
  readonly lines: Uint8Array;
  /** The skuId after which the next part begins; null at the end. */
  readonly next: string | null;
  /** Rows that its reads scanned. */
  readonly scanned: number;
}

/** An answer that is complete, and what the log, the metrics and the rate limit need to know of it. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Code of its refusal or failure, for the log and the metrics; null if there is none. */
  readonly code: string | null;
  /** Refusals by the rules that no transaction counts, for the metrics. */
  readonly problems: readonly Problem[];
  /** What a refused legacy call asked for. */
  readonly refused?: RefusedCall | undefined;
  /** Whether its GraphQL operation is valid, so that the thread of the connections need not validate it. */
  readonly isValid: boolean;
  /** Faults of the gateway or its store, for the log. */
  readonly faults: readonly Fault[];
  /** Rows that its reads scanned. */
  readonly scanned: number;
  /** Rows that it updated, or root fields of its operation if those are more. */
  readonly rows: number;
  /** Items that its pages asked for. */
  readonly items: number;
}

/** The queue in which a request waits. There are three, so that lists do not wait behind calls, nor short calls behind long ones. */
export type Lane = 'lists' | 'calls' | 'bulk';

/**
 * Work that is not done on the thread of the connections. All methods throw UnavailableError: `OVERLOADED` if too much waits already,
 * `QUERY_TIMEOUT` if the signal aborts before the work's turn, and `OUTCOME_UNKNOWN` if the thread ends.
 */
export interface HeavyWork {
  /** Answers a request on the thread of the lane. Abort `left` when the client has disconnected. */
  answer(request: HeavyRequest, left: AbortSignal, lane: Lane): Promise<HeavyAnswer>;
  /** Reads a page of a live stream. Abort `ended` when no stream needs it any more. */
  readPage(request: PageRequest, ended: AbortSignal): Promise<LivePage>;
  /** Reads a part of an export. Abort `left` when the client has disconnected. */
  readExport(request: ExportRequest, left: AbortSignal): Promise<ExportPart>;
}

/** An error in a form that can be sent to another thread. */
export interface Fault {
  /** The stack, or the message if there is no stack. */
  readonly text: string;
  /** The code of an UnavailableError; null for any other error. */
  readonly code: UnavailableCode | null;
}

/** Converts an error so that it can be sent to another thread. `fromFault` restores it. */
export function toFault(error: unknown): Fault {
  const unavailable = unavailableIn(error);
  const cause = unavailable ? unavailable.cause : error;
  return {
    text: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
    code: unavailable?.code ?? null,
  };
}

/** Restores an error that another thread sent: an UnavailableError if it has a code, otherwise an Error with that text. */
export function fromFault({ text, code }: Fault): Error {
  const cause = new Error(text);
  // The stack of the thread where it was thrown is the one that helps.
  cause.stack = text;
  return code !== null ? new UnavailableError(code, cause) : cause;
}
