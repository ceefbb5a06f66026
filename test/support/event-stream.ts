/** A client of server-sent events, such as a dashboard: it follows a GraphQL subscription over a real socket. */
import { vi } from 'vitest';
import type { Inventory } from '../../src/domain/inventory.ts';
import { tokens } from './gateway.ts';

/** A change as `FOLLOW` selects it. */
export interface LiveChange {
  readonly id: string;
  readonly skuId: string;
  readonly version: number;
  readonly source: string;
  readonly after: { readonly quantityInStock: number };
}

export interface LiveEvent {
  readonly cursor: string;
  readonly change: LiveChange;
}

export interface EventStream {
  readonly status: number;
  readonly type: string | null;
  /** Resolves with the next change, or with null once the server has ended the stream. Throws if the stream reports errors. */
  next(): Promise<LiveEvent | null>;
  /** Resolves with the next `count` changes. */
  take(count: number): Promise<LiveEvent[]>;
  /** Resolves with the rest as received, up to the end or to where the connection breaks. */
  rest(): Promise<string>;
  /** Closes the connection from the client's side. */
  drop(): void;
}

export const FOLLOW = `subscription Follow($filter: InventoryChangeFilterInput, $after: String) {
  inventoryChanged(filter: $filter, after: $after) {
    cursor
    change { id skuId version source after { quantityInStock } }
  }
}`;

export interface FollowOptions {
  readonly filter?: object;
  readonly after?: string | undefined;
  /** Null sends no Authorization header. */
  readonly token?: string | null;
  readonly method?: 'GET' | 'POST';
  readonly accept?: string;
  readonly query?: string;
  readonly path?: string;
  /** Further ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Subscribes. Resolves when the response headers arrive: from then on the server follows the log. */
export async function follow(origin: string, options: FollowOptions = {}): Promise<EventStream> {
  const { filter, after, token = tokens.full, method = 'POST', accept = 'text/event-stream' } = options;
  const variables = { ...(filter && { filter }), ...(after !== undefined && { after }) };
  const params = { query: options.query ?? FOLLOW, variables };
  const cut = new AbortController();
  const authorization = token !== null && { authorization: `Token ${token}` };
  const headers = { accept, ...authorization, ...options.headers };
  const address = new URL(options.path ?? '/graphql', origin);
  if (method === 'GET') {
    address.searchParams.set('query', params.query);
    address.searchParams.set('variables', JSON.stringify(variables));
  }
  const response = await fetch(address, {
    method,
    signal: cut.signal,
    headers: method === 'POST' ? { ...headers, 'content-type': 'application/json' } : headers,
    body: method === 'POST' ? JSON.stringify(params) : null,
  });
  return readStream(response, cut);
}

function readStream(response: Response, cut: AbortController): EventStream {
  const blocks = readBlocks(response);
  async function next(): Promise<LiveEvent | null> {
    for (;;) {
      const { value, done } = await blocks.next();
      if (done) return null;
      const { event, data } = parseBlock(value);
      if (event === 'next') return toLiveEvent(data);
    }
  }
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    next,
    async take(count) {
      const events: LiveEvent[] = [];
      while (events.length < count) {
        const event = await next();
        if (event === null) throw new Error(`The stream ended after ${events.length} of ${count} changes.`);
        events.push(event);
      }
      return events;
    },
    async rest() {
      const all: string[] = [];
      try {
        for await (const block of blocks) all.push(block);
      } catch {
        // undici throws only `terminated` when the connection breaks. The events before it count.
      }
      return all.join('\n\n');
    },
    drop: () => cut.abort(),
  };
}

/** Splits the stream at blank lines. An unfinished block at the end counts too. */
async function* readBlocks(response: Response): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const whole = text.split('\n\n');
    text = whole.pop() ?? '';
    yield* whole;
  }
  if (text !== '') yield text;
  return undefined;
}

function parseBlock(block: string): { event: string; data: string } {
  const field = (name: string) =>
    block
      .split('\n')
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).trim())
      .join('\n');
  return { event: field('event'), data: field('data') };
}

function toLiveEvent(data: string): LiveEvent {
  const { data: result, errors } = JSON.parse(data);
  if (errors) throw new Error(`The stream reports ${JSON.stringify(errors)}`);
  return result.inventoryChanged;
}

/** Wraps the inventory. The returned function says how many calls are waiting for changes now. */
export function countWaiters(inventory: Inventory): () => number {
  let waiting = 0;
  const untilPast = inventory.untilPast.bind(inventory);
  vi.spyOn(inventory, 'untilPast').mockImplementation(async (...args) => {
    waiting++;
    try {
      await untilPast(...args);
    } finally {
      waiting--;
    }
  });
  return () => waiting;
}
