/** Sends an operation to its door and parses the answer. */
import type { Answer, AnsweredRow, NoAnswer, Sent } from './history.ts';
import { CLIENT_TOKEN } from '../support/mutations.ts';

/** Longer than any time limit of the gateway. */
const ANSWER_TIMEOUT_MS = 30_000;
export const NEVER_ANSWERED = `no answer within ${ANSWER_TIMEOUT_MS} ms`;
export const CONNECTION_BROKE = 'connection broke';

const ROW = 'outcome sku { version quantityInStock } change { id }';
const mutations = {
  SET: `mutation ($input: UpdateSkuInventoryInput!) { answer: updateSkuInventory(input: $input) { replayed ${ROW} userErrors { code } } }`,
  ADJUST: `mutation ($input: AdjustSkuInventoryInput!) { answer: adjustSkuInventory(input: $input) { replayed ${ROW} userErrors { code } } }`,
  BULK: `mutation ($input: BulkUpdateSkuInventoryInput!) { answer: bulkUpdateSkuInventory(input: $input) { replayed userErrors { code } results { ${ROW} } } }`,
} as const;

interface GraphqlRow {
  readonly outcome: AnsweredRow['outcome'];
  readonly sku: { readonly version: number; readonly quantityInStock: number } | null;
  readonly change: { readonly id: string } | null;
}
interface GraphqlPayload extends GraphqlRow {
  readonly replayed: boolean;
  readonly results?: readonly GraphqlRow[];
  readonly userErrors: readonly { readonly code: string }[];
}
interface GraphqlBody {
  readonly data?: { readonly answer: GraphqlPayload } | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

/** Throws if no request of this test may get such an answer. */
export async function send(origin: string, sent: Sent): Promise<Answer | NoAnswer> {
  const { door } = sent.operation;
  const { path, headers, body } = door === 'GRAPHQL' ? graphqlRequest(sent) : legacyRequest(sent);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { authorization: `Token ${CLIENT_TOKEN}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError';
    return { unknown: isTimeout ? NEVER_ANSWERED : CONNECTION_BROKE };
  }
  if (response.status >= 500) return { unknown: `status ${response.status}` };
  const answer = door === 'GRAPHQL' ? readGraphql(text) : readLegacy(response, text, sent);
  if (answer) return answer;
  throw new Error(`operation ${sent.operation.number} was answered ${response.status} ${text.slice(0, 500)}`);
}

function graphqlRequest({ operation, expected }: Sent) {
  const { kind, number, rows, hasKey, isAllOrNothing } = operation;
  const inputs = rows.map(({ skuId, quantityInStock }, i) => ({
    identifier: { skuId },
    ...(expected[i] && { expected: expected[i] }),
    ...(kind === 'ADJUST'
      ? { quantityInStockDelta: quantityInStock }
      : { quantityInStock, quantityOnBackorder: number }),
  }));
  const input = {
    ...(kind === 'BULK'
      ? { updates: inputs, atomicity: isAllOrNothing ? 'ALL_OR_NOTHING' : 'BEST_EFFORT' }
      : inputs[0]),
    reason: `operation ${number}`,
    ...(hasKey && { idempotencyKey: `key-${number}` }),
  };
  return { path: '/graphql', headers: {}, body: { query: mutations[kind], variables: { input } } };
}

function legacyRequest({ operation, expected }: Sent) {
  const { kind, number, rows, hasKey } = operation;
  const bodies = rows.map(({ skuId, quantityInStock }) => ({
    sku_id: skuId,
    quantity_in_stock: quantityInStock,
    quantity_on_backorder: number,
  }));
  const path = '/timp/products/skus/inventory/';
  const headers = {
    ...(hasKey && { 'idempotency-key': `key-${number}` }),
    ...(expected[0] && { 'if-match': `"${expected[0].version}"` }),
  };
  return kind === 'BULK'
    ? { path: `${path}bulk/`, headers, body: bodies }
    : { path, headers, body: bodies[0] };
}

function readGraphql(text: string): Answer | NoAnswer | undefined {
  const { data, errors } = JSON.parse(text) as GraphqlBody;
  const code = errors?.[0]?.extensions?.code;
  // GraphQL reports faults of the gateway in `errors`, with status 200.
  if (errors) return code === 'BAD_USER_INPUT' ? undefined : { unknown: `error ${code}` };
  if (!data || data.answer.userErrors.some((error) => error.code === 'IDEMPOTENCY_KEY_REUSED'))
    return undefined;
  const { replayed, results = [data.answer] } = data.answer;
  return { replayed, rows: results.map(readRow), text: text.replace(/"replayed":(true|false)/, '') };
}

function readRow({ outcome, sku, change }: GraphqlRow): AnsweredRow {
  return { outcome, ...sku, ...(change && { position: Number(change.id) }) };
}

function readLegacy({ status, headers }: Response, text: string, { operation }: Sent): Answer | undefined {
  const replayed = headers.get('idempotent-replayed') === 'true';
  if (operation.kind === 'BULK') {
    if (status !== 200) return undefined;
    const rows = JSON.parse(text) as { readonly status_code: number }[];
    return {
      replayed,
      text,
      rows: rows.map((row) => ({ outcome: row.status_code === 200 ? 'APPLIED' : 'REJECTED' })),
    };
  }
  if (status === 412) {
    const { current } = JSON.parse(text) as { current: { version: number; quantity_in_stock: number } };
    const { version, quantity_in_stock: quantityInStock } = current;
    return { replayed, text, rows: [{ outcome: 'REJECTED', version, quantityInStock }] };
  }
  if (status !== 200) return undefined;
  const version = Number(headers.get('etag')?.replaceAll('"', ''));
  return {
    replayed,
    text,
    rows: operation.rows.map(({ quantityInStock }) => ({ outcome: 'APPLIED', version, quantityInStock })),
  };
}
