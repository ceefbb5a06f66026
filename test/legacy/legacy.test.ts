/** The recorded requests of old integrations, sent as the bytes they were: answered as they were, but for a list of differences. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { sendRaw, type RawAnswer } from '../support/raw-http.ts';

const Case = z.object({
  group: z.string(),
  name: z.string(),
  request_base64: z.base64(),
  /** A string where the legacy server never answered. */
  status: z.union([z.number(), z.literal('TIMEOUT')]),
  body: z.string(),
  headers: z.record(z.string(), z.string()),
  /** What was stored, where the request was accepted. */
  accepted: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
type Case = z.infer<typeof Case>;

const fixture: unknown = JSON.parse(
  readFileSync(new URL('../fixtures/legacy-cases.json', import.meta.url), 'utf8'),
);
const cases = z.array(Case).parse(fixture);

/** What is answered here, where that is not what was recorded. */
interface Difference {
  readonly status: number;
  readonly body: object;
  /** What is stored; nothing where it is left out. */
  readonly stored?: object;
  /** The line of the contract's table. */
  readonly why: string;
}

const nothingToUpdate = {
  status: 400,
  body: {
    non_field_errors: [
      'Nothing to update: give at least one of quantity_in_stock, quantity_on_backorder, restrictions.',
    ],
  },
  why: 'an identifier and nothing to set is refused: nothing was asked for',
};
const noIdentifier = {
  status: 400,
  body: { non_field_errors: ['Name the SKU: give one of sku_id, upca, ean13, gtin14, isbn.'] },
  why: 'no identifier is a 400 that names the five',
};
const unknownUrl = {
  status: 404,
  body: { detail: 'Not found.' },
  why: 'an unknown URL is answered in JSON',
};
const acceptIgnored = {
  status: 200,
  body: { message: 'success' },
  stored: { quantity_in_stock: 3 },
  why: 'Accept is ignored, JSON is sent',
};
const unsupported = (type: string, why: string) => ({
  status: 415,
  body: { detail: `Unsupported media type "${type}" in request.` },
  why,
});

const differences: Readonly<Record<string, Difference>> = {
  'method: X-HTTP-Method-Override: PUT on POST': nothingToUpdate,
  'route: no trailing slash, POST': { ...nothingToUpdate, why: 'same answer as with the slash, and no 301' },
  'route: unknown URL, POST': unknownUrl,
  'route: upper case path': unknownUrl,
  'route: percent-encoded path': nothingToUpdate,
  'media: Content-Type: application/json; charset=latin-1': unsupported(
    'application/json; charset=latin-1',
    'UTF-8 only',
  ),
  'media: text/plain, empty body': noIdentifier,
  'media: Content-Encoding: gzip header, plain body': {
    status: 415,
    body: { detail: 'Compressed bodies are not read. Send the body without Content-Encoding.' },
    why: 'a body that is declared compressed is never inflated, nor read as text',
  },
  'accept: Accept: application/xml': acceptIgnored,
  'accept: Accept: garbage': acceptIgnored,
  'accept: Accept: (empty)': acceptIgnored,
  'parse: empty body': noIdentifier,
  'object: {} (no identifier, no field)': noIdentifier,
  'object: key case differs': nothingToUpdate,
  'choice: "\\ud800"': {
    status: 400,
    body: { restrictions: ['"\\ud800" is not a valid choice.'] },
    why: 'a lone surrogate is a 400, not a 500',
  },
  'frame: chunked body': {
    status: 200,
    body: { message: 'success' },
    stored: { quantity_in_stock: 3 },
    why: 'a chunked body is read',
  },
  'frame: Content-Length: -1': {
    status: 400,
    body: { detail: 'This is not a valid HTTP request.' },
    why: 'broken framing is answered at once',
  },
};

let gateway: Gateway;
let origin: string;

beforeAll(async () => {
  gateway = await openGateway('sqlite');
  origin = await gateway.listen();
});
afterAll(() => gateway.close());

const SKU_ID = 'xkuOwSQ3utl';
/** Values that no recorded request sets, so that what is set shows. */
const before = { quantity_in_stock: 888, quantity_on_backorder: 999, restrictions: 'tmpunavail' as const };

beforeEach(async () => {
  await gateway.store.db.updateTable('sku').set(before).where('sku_id', '=', SKU_ID).execute();
});

function readStored() {
  return gateway.store.db
    .selectFrom('sku')
    .select(['quantity_in_stock', 'quantity_on_backorder', 'restrictions'])
    .where('supplier_id', '=', 'acme')
    .where('sku_id', '=', SKU_ID)
    .executeTakeFirstOrThrow();
}

const nameOf = ({ group, name }: Case) => `${group}: ${name}`;
const send = ({ request_base64 }: Case) => sendRaw(origin, Buffer.from(request_base64, 'base64'));
const isHead = ({ request_base64 }: Case) =>
  Buffer.from(request_base64, 'base64').subarray(0, 5).equals(Buffer.from('HEAD '));

/** Whether this is the recorded answer: its status, its headers, every key of its body. */
function isRecorded(recorded: Case, answer: RawAnswer): boolean {
  try {
    expectRecorded(recorded, answer);
    return true;
  } catch {
    return false;
  }
}

function expectRecorded(recorded: Case, answer: RawAnswer): void {
  expect(answer.status).toBe(recorded.status);
  const headers = Object.keys(recorded.headers).map((name) => {
    const sent = answer.headers.get(name);
    // The charset is said here, and was not there.
    return [name, name === 'content-type' ? sent?.split(';')[0] : sent];
  });
  expect(Object.fromEntries(headers)).toEqual(recorded.headers);
  if (!isHead(recorded)) expectBody(answer, z.looseObject({}).parse(JSON.parse(recorded.body)));
}

/** These keys, and the documented `message` beside them. */
function expectBody(answer: RawAnswer, keys: object): void {
  const body: unknown = JSON.parse(answer.body);
  expect(body).toEqual({ message: expect.stringMatching(/./), ...keys });
}

describe('an old integration gets the recorded answer', () => {
  test.each(
    cases.filter((recorded) => !(nameOf(recorded) in differences)).map((one) => [nameOf(one), one] as const),
  )('%s', async (_name, recorded) => {
    const answer = await send(recorded);
    expectRecorded(recorded, answer);
    const { sku_id: _skuId, ...set } = recorded.accepted ?? {};
    expect(await readStored()).toEqual({ ...before, ...set });
  });

  test('with no body to HEAD', async () => {
    const heads = cases.filter(isHead);
    expect(heads).not.toHaveLength(0);
    for (const head of heads) expect((await send(head)).body).toBe('');
  });
});

describe('an old integration gets another answer only where the contract says so', () => {
  test.each(Object.entries(differences))('%s', async (name, { status, body, stored = {} }) => {
    const recorded = cases.find((one) => nameOf(one) === name);
    if (!recorded) throw new Error('No recorded request has this name.');
    const answer = await send(recorded);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expectBody(answer, body);
    expect(await readStored()).toEqual({ ...before, ...stored });
    expect(isRecorded(recorded, answer), 'this is the recorded answer: take it off the list').toBe(false);
  });
});

test('no recorded request is left out', () => {
  expect(cases).toHaveLength(136);
  expect(new Set(cases.map(nameOf)).size).toBe(136);
});
