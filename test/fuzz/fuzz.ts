/** Sends mutated requests to a running gateway, and returns those with a faulty answer. */
import { tokens } from '../support/gateway.ts';
import { faultsOf } from './check-answer.ts';
import { openBoardSession } from './board-session.ts';
import { exchange } from './exchange.ts';
import { requestOf } from './mutate-request.ts';
import type { Door } from './wire-request.ts';

export interface Failure {
  readonly index: number;
  readonly faults: readonly string[];
  readonly request: Buffer;
  readonly answer: string;
}

export interface FuzzResult {
  readonly failures: readonly Failure[];
  /** The number of answers by status. `none` counts requests without an answer. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Sends the requests one after the other, so that a run can be repeated. */
export async function fuzz(
  origin: string,
  door: Door,
  seed: number,
  indexes: Iterable<number>,
): Promise<FuzzResult> {
  const port = Number(new URL(origin).port);
  const failures: Failure[] = [];
  const statuses: Record<string, number> = {};
  const session = door === 'board' ? await openBoardSession(port) : null;
  for (const index of indexes) {
    const made = requestOf(door, seed, index);
    const request = session?.fill(made) ?? made;
    const exchanged = await exchange(port, request);
    await session?.learn(exchanged);
    const faults = faultsOf(exchanged);
    for (const status of exchanged.answers.map((answer) => answer.status)) {
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    if (exchanged.answers.length === 0) statuses['none'] = (statuses['none'] ?? 0) + 1;
    if (faults.length === 0) continue;
    const answer = exchanged.answers.map(({ status, body }) => `${status} ${body.toString()}`).join('\n');
    failures.push({ index, faults, request, answer });
  }
  return { failures, statuses };
}

/** Whether a plain update still works at both doors. */
export async function isAlive(origin: string, quantity: number): Promise<boolean> {
  const headers = { authorization: `Token ${tokens.full}`, 'content-type': 'application/json' };
  const post = (path: string, body: object) =>
    fetch(new URL(path, origin), { method: 'POST', headers, body: JSON.stringify(body) });
  await post('/timp/products/skus/inventory/', { sku_id: 'shared', quantity_in_stock: quantity });
  const query = `mutation { updateSkuInventory(input: { identifier: { skuId: "shared" }, quantityOnBackorder: ${quantity} }) {
    sku { quantityInStock quantityOnBackorder } } }`;
  const answer: unknown = await (await post('/graphql', { query })).json();
  const sku = { quantityInStock: quantity, quantityOnBackorder: quantity };
  return JSON.stringify(answer) === JSON.stringify({ data: { updateSkuInventory: { sku } } });
}

/** Returns a request as text that shows every byte, without the middle if it is long. */
export function show(bytes: Buffer): string {
  const cut =
    bytes.length > 4_000
      ? Buffer.concat([bytes.subarray(0, 3_000), Buffer.from(' [...] '), bytes.subarray(-500)])
      : bytes;
  return JSON.stringify(cut.toString('latin1'));
}
