/** Yoga validates a document again for each request: whatever needs Yoga is left to a request thread, as is a long document that is new. */
import { getNamedType, isInputObjectType, printType, type GraphQLNamedType } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HeavyWork } from '../../src/http/heavy/heavy-request.ts';
import { prepareValid } from '../../src/http/graphql/prepared-operations.ts';
import { isLight } from '../../src/http/heavy/operation-weight.ts';
import { schema } from '../../src/schema/index.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';

let gateway: Gateway;
let heavy = 0;
const answer: HeavyWork['answer'] = () => {
  heavy += 1;
  const body = Buffer.from('{"data":{}}');
  const headers = { 'content-type': 'application/json' };
  const nothing = { code: null, problems: [], faults: [], scanned: 0, rows: 0, items: 0 };
  return Promise.resolve({ status: 200, headers, body, isValid: true, ...nothing });
};
beforeAll(async () => {
  const readPage = () => Promise.reject(new Error('No streams here.'));
  const readExport = () => Promise.reject(new Error('No exports here.'));
  gateway = await openGateway('sqlite', undefined, { heavyWork: { answer, readPage, readExport } });
});
afterAll(() => gateway.close());

const long = `{ sku(by: { skuId: "EACH" }) { ${'... { skuId } '.repeat(200)} } }`;
const post = async (body: object, headers: Record<string, string> = {}) => {
  const response = await gateway.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${tokens.full}`, 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
  return response.statusCode;
};
const get = async (query: string, more: Record<string, string> = {}) => {
  const headers = { authorization: `Bearer ${tokens.full}`, ...more };
  const url = `/graphql?query=${encodeURIComponent(query)}`;
  return (await gateway.server.inject({ url, headers })).statusCode;
};
const heavyIn = async (ask: () => Promise<unknown>) => {
  const before = heavy;
  await ask();
  return heavy - before;
};

test('a long document is validated on a request thread once, and never on the thread of the connections', async () => {
  expect(await heavyIn(() => post({ query: long }))).toBe(1);
  expect(await heavyIn(() => post({ query: long }))).toBe(0);
  expect(await heavyIn(() => get(long))).toBe(0);
  expect(await heavyIn(() => post({ query: long, extensions: {} }))).toBe(0);
  expect(await heavyIn(() => post({ query: long }, { authorization: `Bearer ${tokens.edit}` }))).toBe(0);
});

test('what Yoga must answer is answered on a request thread, however short', async () => {
  const short = '{ sku(by: { skuId: "EACH" }) { skuId } }';
  const stream = { accept: 'text/event-stream' };
  expect(await heavyIn(() => get(short))).toBe(0);
  expect(await heavyIn(() => post({ query: long }, stream))).toBe(1);
  expect(await heavyIn(() => get(short, stream))).toBe(1);
  expect(await heavyIn(() => get('mutation { __typename }'))).toBe(1);
  expect(await heavyIn(() => post({ query: short, variables: [] }))).toBe(1);
  expect(await heavyIn(() => post({ query: '{' }))).toBe(1);
});

/** Whether the input has a list, also in an input within it. */
function hasList(input: GraphQLNamedType): boolean {
  if (!isInputObjectType(input)) return false;
  if (printType(input).includes(': [')) return true;
  return Object.values(input.getFields()).some(({ type }) => hasList(getNamedType(type)));
}

test('every mutation that takes a list of rows is heavy, and every other is light', () => {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
  const weights = fields.map(({ name, args }) => {
    const inputs = args.map(({ type }) => getNamedType(type));
    const variables = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
    const passed = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
    const operation = prepareValid(`mutation (${variables}) { ${name}(${passed}) { __typename } }`);
    const takesList = inputs.some((input) => hasList(input));
    return { name, takesList, isSmall: isLight(operation) };
  });
  expect(weights.filter(({ takesList }) => takesList).map(({ name }) => name)).toContain(
    'bulkUpdateSkuInventory',
  );
  expect(weights.filter(({ takesList, isSmall }) => takesList === isSmall)).toEqual([]);
});
