/** Answers heavy requests of either door, whole: what a request thread does. */
import { createContext, type Services } from '../../schema/builder/context.ts';
import { schema } from '../../schema/index.ts';
import { MAX_ANSWER_BYTES, stringifyBounded } from './bounded-json.ts';
import { createAnswerGraphql, type AnswerGraphql, type GraphqlAnswer } from '../graphql/execute.ts';
import { countRows } from './count-rows.ts';
import { readParams } from '../graphql/graphql-request.ts';
import {
  toFault,
  type Fault,
  type HeavyAnswer,
  type HeavyGraphqlRequest,
  type HeavyLegacyRequest,
  type HeavyRequest,
  type HeavyWork,
  type LivePage,
  type PageRequest,
  type WholeAnswer,
} from './heavy-request.ts';
import { createMakePage, noteStart, toLiveStart, type MakePage } from './live-pages.ts';
import { detailed, type LegacyAnswer } from '../legacy/answer.ts';
import { answerLegacy } from '../legacy/views.ts';
import { rootFieldsIn } from './operation-weight.ts';
import { createOperationCache, type PreparedOperation } from '../graphql/prepared-operations.ts';
import { describeFault, toPublicFault, type PublicError } from '../edge/edge-error.ts';
import { createMeter, type RequestMeter } from './read-meter.ts';

/** For how long a request may read, in milliseconds, unless it is set. */
const QUERY_TIMEOUT_MS = 5_000;

export interface AnswerOptions {
  /** For how long a request may read, in milliseconds; then it is QUERY_TIMEOUT. */
  readonly queryTimeoutMs?: number;
  readonly shortcut?: boolean;
}

/** What a request carries while it is answered. */
interface Work {
  readonly meter: RequestMeter;
  readonly faults: Fault[];
  readonly report: (error: unknown) => string;
  /** Rows that it updated, and items that its pages asked for. */
  readonly cost: { rows: number; items: number };
}

/** The work of a request thread. `answer` never throws: what fails is answered, with its faults for the log. */
export class HeavyWorker implements HeavyWork {
  readonly #services: Services;
  readonly #queryTimeoutMs: number;
  readonly #answerGraphql: AnswerGraphql;
  readonly #operations = createOperationCache(schema);
  readonly #makePage: MakePage;

  constructor(services: Services, { queryTimeoutMs = QUERY_TIMEOUT_MS, ...options }: AnswerOptions = {}) {
    this.#services = services;
    this.#queryTimeoutMs = queryTimeoutMs;
    this.#answerGraphql = createAnswerGraphql(options);
    this.#makePage = createMakePage(services, this.#operations);
  }

  async answer(request: HeavyRequest, left: AbortSignal): Promise<HeavyAnswer> {
    const work = this.#openWork(left, request.requestId);
    const isGraphql = request.door === 'graphql';
    try {
      return await (isGraphql ? this.#answerOperation(request, work) : this.#answerUpdates(request, work));
    } catch (error) {
      const fault = toPublicFault(error, work.report);
      return isGraphql ? graphqlError(fault, work) : legacyWhole(legacyFault(fault), work, fault.code);
    }
  }

  readPage(request: PageRequest, ended: AbortSignal): Promise<LivePage> {
    const { meter, report } = this.#openWork(ended, 'live');
    return this.#makePage(request, meter, report);
  }

  #openWork(left: AbortSignal, requestId: string): Work {
    const faults: Fault[] = [];
    const report = (error: unknown) => {
      faults.push(toFault(error));
      return describeFault(error, requestId);
    };
    return { meter: createMeter(this.#queryTimeoutMs, left), faults, report, cost: { rows: 0, items: 0 } };
  }

  async #answerOperation({ request, caller }: HeavyGraphqlRequest, work: Work): Promise<HeavyAnswer> {
    const params = readParams(request);
    const prepared = params && this.#operations.prepare(params.query, params.operationName);
    let code: string | null = null;
    const start = noteStart();
    const context = {
      ...createContext(caller, 'GRAPHQL', counted(this.#services, work), {
        meter: work.meter,
        follow: start.follow,
      }),
      reportFault: work.report,
      noteCode: (noted: string) => (code ??= noted),
    };
    const answer = await this.#answerGraphql(request, context, prepared && { params, prepared });
    if ('response' in answer && answer.response.status === 406) return graphqlError(notAsJson, work);
    const started = start.started();
    if (started && prepared && 'response' in answer && isStream(answer.response)) {
      // Nobody reads the response: its stream never begins.
      return { live: toLiveStart(caller, params, prepared.operation, started) };
    }
    const whole = await toWhole(answer);
    if (prepared) noteOperation(prepared, work);
    return whole ? { ...whole, ...spent(work), code, isValid: prepared !== undefined } : tooLarge(work);
  }

  async #answerUpdates({ caller, ...request }: HeavyLegacyRequest, work: Work): Promise<WholeAnswer> {
    const source = request.door === 'legacy' ? 'REST' : 'REST_BULK';
    const context = createContext(caller, source, counted(this.#services, work), { meter: work.meter });
    return legacyWhole(await answerLegacy(request, context), work);
  }
}

function isStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') ?? false;
}

async function toWhole(
  answer: GraphqlAnswer,
): Promise<Pick<WholeAnswer, 'status' | 'headers' | 'body'> | undefined> {
  if ('result' in answer) {
    const body = stringifyBounded(answer.result);
    return body && { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
  }
  const { response } = answer;
  const body = new Uint8Array(await response.arrayBuffer());
  if (body.length > MAX_ANSWER_BYTES) return undefined;
  return { status: response.status, headers: Object.fromEntries(response.headers), body };
}

const notAsJson: PublicError = {
  status: 406,
  code: 'NOT_ACCEPTABLE',
  message: 'A subscription is answered as text/event-stream. Accept that.',
};

function tooLarge(work: Work): WholeAnswer {
  const mebibytes = MAX_ANSWER_BYTES / 1_048_576;
  const message = `The answer has more than ${mebibytes} MiB, so it is not sent; a mutation was carried out. Select fewer fields or ask for a smaller page.`;
  return graphqlError({ status: 422, code: 'ANSWER_TOO_LARGE', message }, work);
}

function graphqlError(error: PublicError, work: Work): WholeAnswer {
  const { status, code, message } = error;
  const body = Buffer.from(JSON.stringify({ errors: [{ message, extensions: { code } }] }));
  return { status, headers: headersOf(error), body, code, ...spent(work) };
}

function legacyFault(fault: PublicError): LegacyAnswer {
  return { ...detailed(fault.status, fault.message), headers: headersOf(fault) };
}

function legacyWhole({ status, headers = {}, body }: LegacyAnswer, work: Work, code: string | null = null) {
  const answered = { ...jsonHeaders, ...headers };
  // 10,000 rows of messages of a bounded length: far below the limit of an answer.
  return { status, headers: answered, body: Buffer.from(JSON.stringify(body)), code, ...spent(work) };
}

const jsonHeaders = { 'content-type': 'application/json; charset=utf-8' };

function headersOf({ retryAfter }: PublicError): Record<string, string> {
  return { ...jsonHeaders, ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }) };
}

function counted(services: Services, { cost }: Work): Services {
  return countRows(services, (rows) => (cost.rows += rows));
}

/** What it costs that stands in its text. */
function noteOperation(prepared: PreparedOperation, { cost }: Work): void {
  cost.rows = Math.max(cost.rows, rootFieldsIn(prepared));
  cost.items = prepared.size.items;
}

function spent({ faults, meter, cost }: Work) {
  return { faults, scanned: meter.scanned(), isValid: false, ...cost };
}
