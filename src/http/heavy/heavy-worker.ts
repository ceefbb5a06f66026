/** The work of a request thread: it answers heavy requests of both doors, and makes pages of live streams and parts of exports. */
import type { ChangeSource } from '../../domain/change.ts';
import type { Problem } from '../../domain/refusal.ts';
import { exportPage } from '../../feed/inventory/export-inventory.ts';
import { createContext, type Follow, type Services } from '../../schema/builder/context.ts';
import { MAX_ANSWER_BYTES, stringifyBounded } from './bounded-json.ts';
import { answerOperation, type RequestContext } from '../graphql/execute.ts';
import { countRows } from './count-rows.ts';
import { readParams } from '../graphql/graphql-request.ts';
import {
  fromFault,
  toFault,
  type ExportPart,
  type ExportRequest,
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
import { refused } from '../legacy/answer.ts';
import { answerLegacy, sourceOf } from '../legacy/views.ts';
import { rootFieldsIn } from './operation-weight.ts';
import { createOperationCache, type PreparedOperation } from '../graphql/prepared-operations.ts';
import { describeFault, toPublicFault, type PublicError } from '../edge/edge-error.ts';
import { headersOf, type JsonAnswer } from '../edge/json-answer.ts';
import { jsonTypeFor, writeError, writeResult } from '../graphql/write-result.ts';
import { createAnswerByYoga, type AnswerByYoga } from '../graphql/yoga.ts';
import { createMeter, type RequestMeter } from './read-meter.ts';

/** Default of `AnswerOptions.queryTimeoutMs`. */
const QUERY_TIMEOUT_MS = 5_000;

/** Settings of a `HeavyWorker`. */
export interface AnswerOptions {
  /** For how long a request may read, in milliseconds. After that its reads throw `QUERY_TIMEOUT`. */
  readonly queryTimeoutMs?: number;
}

/** What is measured and noted of one request while it is answered. */
interface Work {
  readonly meter: RequestMeter;
  readonly faults: Fault[];
  /** Code of the first refusal, for the log and the metrics; null if there is none. */
  code: string | null;
  /** As `WholeAnswer.problems`. */
  readonly problems: Problem[];
  /** Whether its GraphQL operation is valid. The thread of the connections then keeps the operation without validating it again. */
  isValid: boolean;
  readonly report: (error: unknown) => string;
  /** Rows that it updated, and items that its pages asked for. Its token pays for both. */
  readonly cost: { rows: number; items: number };
}

/**
 * Parses, validates, executes and writes heavy requests. `answer` never throws: a failure becomes an error answer, which carries its faults
 * for the log. `readPage` throws UnavailableError if the store fails or the query timeout passes.
 */
export class HeavyWorker implements HeavyWork {
  readonly #services: Services;
  readonly #queryTimeoutMs: number;
  readonly #answerByYoga: AnswerByYoga = createAnswerByYoga();
  readonly #operations = createOperationCache();
  readonly #makePage: MakePage;

  constructor(services: Services, { queryTimeoutMs = QUERY_TIMEOUT_MS }: AnswerOptions = {}) {
    this.#services = services;
    this.#queryTimeoutMs = queryTimeoutMs;
    this.#makePage = createMakePage(services, this.#operations);
  }

  async answer(request: HeavyRequest, left: AbortSignal): Promise<HeavyAnswer> {
    const work = this.#openWork(left, request.requestId);
    const isGraphql = request.door === 'graphql';
    try {
      return await (isGraphql ? this.#answerOperation(request, work) : this.#answerUpdates(request, work));
    } catch (error) {
      const fault = toPublicFault(error, work.report);
      if (isGraphql) return refuse(fault, work);
      work.code = fault.code;
      return toWhole(refused(fault), work);
    }
  }

  readPage(request: PageRequest, ended: AbortSignal): Promise<LivePage> {
    const { meter, report } = this.#openWork(ended, 'live');
    return this.#makePage(request, meter, report);
  }

  async readExport({ supplierId, filter, after }: ExportRequest, left: AbortSignal): Promise<ExportPart> {
    const { meter } = this.#openWork(left, 'export');
    const { lines, next } = await exportPage(this.#services.inventory, supplierId, filter, after, meter);
    return { lines: new TextEncoder().encode(lines), next, scanned: meter.scanned() };
  }

  #openWork(left: AbortSignal, requestId: string): Work {
    const faults: Fault[] = [];
    const report = (error: unknown) => {
      faults.push(toFault(error));
      return describeFault(error, requestId);
    };
    const meter = createMeter(this.#queryTimeoutMs, left);
    return { meter, faults, code: null, problems: [], isValid: false, report, cost: { rows: 0, items: 0 } };
  }

  #openContext({ caller }: HeavyRequest, source: ChangeSource, work: Work, follow?: Follow): RequestContext {
    const services = countRows(this.#services, (rows) => (work.cost.rows += rows));
    return {
      ...createContext(caller, source, services, { meter: work.meter, ...(follow && { follow }) }),
      reportFault: work.report,
      noteCode: (code) => (work.code ??= code),
      noteProblem: (problem) => void work.problems.push(problem),
    };
  }

  async #answerOperation(heavy: HeavyGraphqlRequest, work: Work): Promise<HeavyAnswer> {
    const { request, caller } = heavy;
    const params = readParams(request);
    const prepared = params && this.#operations.prepare(params.query, params.operationName);
    const start = noteStart();
    const context = this.#openContext(heavy, 'GRAPHQL', work, start.follow);
    const type = prepared ? jsonTypeFor(request, prepared) : null;
    if (prepared && type) {
      const result = await answerOperation(prepared, params.variables, context);
      noteOperation(prepared, work);
      return toWhole(writeResult(result, type), work);
    }
    const response = await this.#answerByYoga(request, context);
    if (response.status === 406) return refuse(notAsJson, work);
    const started = start.started();
    if (started && prepared && isStream(response)) {
      // Yoga starts a stream when it is read. This one is not: the thread of the connections writes the events.
      return { live: toLiveStart(caller, params, prepared.operation, started) };
    }
    if (prepared) noteOperation(prepared, work);
    const [fault] = work.faults;
    // As a stream, with `complete` after the error, it would tell the reader not to come back.
    if (fault && isStream(response)) return refuse(publicFault(fault, heavy.requestId), work);
    return readWhole(response, work);
  }

  async #answerUpdates(heavy: HeavyLegacyRequest, work: Work): Promise<WholeAnswer> {
    const context = this.#openContext(heavy, sourceOf[heavy.door], work);
    return toWhole(await answerLegacy(heavy, context), work);
  }
}

/** A fault that was reported already. */
function publicFault(fault: Fault, requestId: string): PublicError {
  return toPublicFault(fromFault(fault), (error) => describeFault(error, requestId));
}

function isStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') ?? false;
}

/** Notes that the operation is valid, and what it costs by its text alone. */
function noteOperation(prepared: PreparedOperation, work: Work): void {
  work.isValid = true;
  work.cost.rows = Math.max(work.cost.rows, rootFieldsIn(prepared));
  work.cost.items = prepared.size.items;
}

function toWhole(answer: JsonAnswer, work: Work): WholeAnswer {
  // Only a GraphQL answer can be too large, so the refusal is in GraphQL's form. A legacy answer has at most 10,000 short messages.
  const body = stringifyBounded(answer.body);
  if (!body) return refuse(tooLarge, work);
  return { ...whole(answer.status, headersOf(answer), body, work), refused: answer.refused };
}

async function readWhole(response: Response, work: Work): Promise<WholeAnswer> {
  const body = new Uint8Array(await response.arrayBuffer());
  if (body.length > MAX_ANSWER_BYTES) return refuse(tooLarge, work);
  return whole(response.status, Object.fromEntries(response.headers), body, work);
}

function refuse(error: PublicError, work: Work): WholeAnswer {
  work.code = error.code;
  return toWhole(writeError(error), work);
}

function whole(
  status: number,
  headers: WholeAnswer['headers'],
  body: Uint8Array,
  { code, problems, isValid, faults, meter, cost }: Work,
): WholeAnswer {
  return { status, headers, body, code, problems, isValid, faults, scanned: meter.scanned(), ...cost };
}

const notAsJson: PublicError = {
  status: 406,
  code: 'NOT_ACCEPTABLE',
  message: 'A subscription is answered as text/event-stream. Accept that.',
};

const tooLarge: PublicError = {
  status: 422,
  code: 'ANSWER_TOO_LARGE',
  message: `The answer has more than ${MAX_ANSWER_BYTES / 1_048_576} MiB, so it is not sent; a mutation was carried out. Select fewer fields or ask for a smaller page.`,
};
