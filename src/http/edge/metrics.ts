/** Counts requests and commits for Prometheus. Label values come from fixed lists, so that no client can add a series. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import { changeSources, type ChangeSource } from '../../domain/change.ts';
import { problems, type Problem } from '../../domain/refusal.ts';
import { unavailableCodes } from '../../domain/unavailable.ts';
import { countFeeds, type CountedFeed } from '../counted/feed-metrics.ts';
import { countWebhooks, type GaugedWebhooks, type WebhookCounts } from '../counted/webhook-metrics.ts';
import type { MetricsPage } from './probes.ts';
import { outcomes, type RequestObserver } from './request-log.ts';

export interface Metrics extends MetricsPage, RequestObserver, WebhookCounts {
  /** A transaction was committed. */
  committed(commit: CountedCommit): void;
  /** A transaction failed. */
  failed(): void;
  /** An inventory file has ended. */
  feedEnded(feed: CountedFeed): void;
}

/** What a committed transaction did. */
export interface CountedCommit {
  readonly ms: number;
  readonly rows: number;
  readonly outcomes: readonly (readonly [source: ChangeSource, outcome: RowOutcome, count: number])[];
  readonly refusals: readonly (readonly [problem: Problem, count: number])[];
}

/** Values that are read when Prometheus asks. */
export interface Gauged {
  /** Requests and rows that wait for a commit. */
  readonly backlog: () => Promise<{ readonly requests: number; readonly rows: number }>;
  readonly ready: () => Promise<string | null>;
  /** SQLite's log: its length, and the age of its oldest change that is not in the database file. */
  readonly log: () => { readonly bytes: number; readonly ageSeconds: number };
  /** Inventory files that wait for their turn. */
  readonly feedsWaiting: () => Promise<number>;
  readonly webhooks: () => Promise<GaugedWebhooks>;
}

/** Buckets from half a millisecond, the time of a small request, to the time-out of a request. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const ROWS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];
const doors = ['graphql', 'legacy', 'legacy_bulk', 'feed', 'board', 'other'] as const;
const rowOutcomes = ['APPLIED', 'UNCHANGED', 'STALE_IGNORED', 'REJECTED', 'REPLAYED'] as const;
type RowOutcome = (typeof rowOutcomes)[number];
/** Codes of refusals that are not decided by the rules. */
const edgeRefusals = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'UNKNOWN_HOST',
  'BAD_REQUEST',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'RATE_LIMITED',
  'TOO_MANY_STREAMS',
  'ANSWER_TOO_LARGE',
  ...unavailableCodes,
  'UNAVAILABLE',
  'OTHER',
] as const;

/** Creates the metrics of this process. All series start at zero. */
export function createMetrics(gauged: Gauged): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  addGauges(registers, gauged);
  const streams = new Gauge({
    name: 'stockgate_live_streams',
    help: 'Live streams that are open.',
    registers,
  });
  const refuse = countRefusals(registers);
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    streamed: (change) => streams.inc(change),
    answered: countRequests(registers, refuse),
    ...countCommits(registers, refuse),
    feedEnded: countFeeds(registers),
    ...countWebhooks(registers, gauged.webhooks),
  };
}

function addGauges(registers: Registry[], { backlog, ready, log, feedsWaiting }: Gauged): void {
  const gauge = (name: string, help: string, value: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await value());
      },
    });
  gauge(
    'stockgate_write_queue_requests',
    'Requests that wait for a commit.',
    async () => (await backlog()).requests,
  );
  gauge(
    'stockgate_write_queue_rows',
    'Rows of requests that wait for a commit.',
    async () => (await backlog()).rows,
  );
  gauge('stockgate_log_bytes', "Length of SQLite's log.", () => log().bytes);
  gauge(
    'stockgate_checkpoint_age_seconds',
    "For how long changes have waited in SQLite's log; 0 when all are in the database file.",
    () => log().ageSeconds,
  );
  gauge('stockgate_feeds_waiting', 'Inventory files that wait for their turn.', feedsWaiting);
  gauge('stockgate_ready', '1 when updates can be stored, as /ready says.', async () =>
    (await ready()) === null ? 1 : 0,
  );
}

type Refuse = (code: string, count?: number) => void;

function countRefusals(registers: Registry[]): Refuse {
  const name = 'stockgate_refusals_total';
  const counter = new Counter({ name, help: 'Refusals by code.', labelNames: ['code'], registers });
  const children = childrenOf([...problems, ...edgeRefusals], (code) => {
    counter.inc({ code }, 0);
    return counter.labels(code);
  });
  return (code, count = 1) => (children.get(code) ?? children.get('OTHER'))?.inc(count);
}

function countRequests(registers: Registry[], refuse: Refuse): RequestObserver['answered'] {
  const labelNames = ['door', 'outcome'];
  const total = new Counter({
    name: 'stockgate_requests_total',
    help: 'Requests that are over, by door and outcome.',
    labelNames,
    registers,
  });
  const duration = new Histogram({
    name: 'stockgate_request_duration_seconds',
    help: 'From the headers to the end of the answer; without live streams.',
    labelNames,
    buckets: SECONDS,
    registers,
  });
  const children = childrenOf(doors, (door) =>
    childrenOf(outcomes, (outcome) => {
      total.inc({ door, outcome }, 0);
      duration.zero({ door, outcome });
      return { total: total.labels(door, outcome), duration: duration.labels(door, outcome) };
    }),
  );
  return ({ door, outcome, ms, isLive, refusal, problems: uncounted }) => {
    const child = children.get(door)?.get(outcome);
    child?.total.inc();
    if (!isLive) child?.duration.observe(ms / 1_000);
    if (refusal !== null) refuse(refusal);
    for (const problem of uncounted) refuse(problem);
  };
}

function countCommits(registers: Registry[], refuse: Refuse): Pick<Metrics, 'committed' | 'failed'> {
  const rows = new Counter({
    name: 'stockgate_rows_total',
    help: 'Rows of updates that were answered, by source and outcome.',
    labelNames: ['source', 'outcome'],
    registers,
  });
  const children = childrenOf(changeSources, (source) =>
    childrenOf(rowOutcomes, (outcome) => {
      const labels = { source: source.toLowerCase(), outcome: outcome.toLowerCase() };
      rows.inc(labels, 0);
      return rows.labels(labels);
    }),
  );
  const size = new Histogram({
    name: 'stockgate_commit_rows',
    help: 'Rows in a transaction.',
    buckets: ROWS,
    registers,
  });
  const name = 'stockgate_commit_duration_seconds';
  const duration = new Histogram({
    name,
    help: 'Of a transaction, with its fsync.',
    buckets: SECONDS,
    registers,
  });
  const failures = new Counter({
    name: 'stockgate_commit_failures_total',
    help: 'Transactions that failed.',
    registers,
  });
  return {
    committed: ({ ms, rows: rowCount, outcomes: counts, refusals }) => {
      size.observe(rowCount);
      duration.observe(ms / 1_000);
      for (const [source, outcome, count] of counts) children.get(source)?.get(outcome)?.inc(count);
      for (const [problem, count] of refusals) refuse(problem, count);
    },
    failed: () => failures.inc(),
  };
}

/** Makes one value for each value of a label. */
function childrenOf<T>(values: readonly string[], make: (value: string) => T): ReadonlyMap<string, T> {
  return new Map(values.map((value) => [value, make(value)]));
}
