/** The OpenAPI document is valid, is the one in the repository, and says what is answered. */
import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { sample } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { version } from '../../src/cli/version.ts';
import { openApiDocument } from '../../src/http/openapi/document.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { createJudge, valuesOf, type Document } from './documents.ts';

const committed = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8');
const document = openApiDocument(version) as unknown as Document;
const judge = createJudge(document);
const single = '/timp/products/skus/inventory/';
const bulk = '/timp/products/skus/inventory/bulk/';
const legacyPaths = [single, bulk];

test('is committed as the program makes it: `npm run schema` writes it', () => {
  expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(document)));
});

test('is valid OpenAPI 3.1', async () => {
  const config = await createConfig({ extends: ['spec'] });
  const lint = (source: string) => lintFromString({ source, config });
  expect(await lint(committed)).toEqual([]);
  // Control: a document that is wrong is caught.
  expect(await lint(committed.replace('"required": true', '"required": 1'))).not.toEqual([]);
});

test('control: an answer that the document does not have is caught', () => {
  const complaints = (status: number, body: object) =>
    judge.complaints('post', single, status, JSON.stringify(body));
  expect(complaints(200, { message: 'success' })).toEqual([]);
  expect(complaints(200, { message: 'success', more: 1 })).toHaveLength(1);
  expect(complaints(400, { message: 'no', isbn: 'no list' })).toHaveLength(1);
  expect(complaints(418, { message: 'no' })).toHaveLength(1);
});

describe('what is answered', () => {
  let gateway: Gateway;
  let origin: string;
  beforeAll(async () => {
    gateway = await openGateway('sqlite');
    origin = await gateway.listen();
  });
  afterAll(() => gateway.close());

  const post = async (path: string, payload: unknown) => {
    const response = await gateway.server.inject({
      method: 'POST',
      url: path,
      headers: { authorization: `Token ${tokens.full}`, 'content-type': 'application/json' },
      payload: JSON.stringify(payload),
    });
    return { status: response.statusCode, body: response.payload };
  };
  const bodyOf = (path: string) => {
    const body = document.paths[path]?.['post']?.requestBody?.content['application/json'];
    if (!body) throw new Error(`${path} takes no JSON.`);
    return body;
  };

  test('at /openapi.json is the document, without a token', async () => {
    const response = await gateway.server.inject({ method: 'GET', url: '/openapi.json' });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ openapi: '3.1.1', paths: { [single]: {}, [bulk]: {} } });
  });

  test.each(legacyPaths)('to the examples of %s is success', async (path) => {
    const { schema, examples = {} } = bodyOf(path);
    expect(Object.keys(examples)).not.toEqual([]);
    for (const { value } of Object.values(examples)) {
      expect(judge.validate(schema, value)).toEqual([]);
      const { status, body } = await post(path, value);
      expect(status).toBe(200);
      expect(body).not.toMatch(/"status_code":(?!200)/);
      expect(judge.complaints('post', path, status, body)).toEqual([]);
    }
  });

  test.each(legacyPaths)('to random bodies of the schema of %s is in the document', async (path) => {
    for (const value of sample(valuesOf(document, bodyOf(path).schema), { numRuns: 100, seed: 15 })) {
      const { status, body } = await post(path, value);
      expect({ value, complaints: judge.complaints('post', path, status, body) }).toEqual({
        value,
        complaints: [],
      });
      // A body that fits can be read.
      expect({ value, status, body }).not.toMatchObject({ status: 400 });
    }
  });

  test('to the recorded requests of old integrations is in the document', async () => {
    const recorded = JSON.parse(
      readFileSync(new URL('../fixtures/legacy-cases.json', import.meta.url), 'utf8'),
    ) as { readonly name: string; readonly request_base64: string }[];
    let judged = 0;
    for (const { name, request_base64 } of recorded) {
      const request = Buffer.from(request_base64, 'base64');
      const [method, url = ''] = request.toString('latin1').split(' ');
      const path = legacyPaths.find((one) => one === url || one === `${url}/`);
      if (method !== 'POST' || path === undefined) continue;
      const { status, body } = await sendRaw(origin, request);
      expect([name, judge.complaints('post', path, status, body)]).toEqual([name, []]);
      judged++;
    }
    expect(judged).toBeGreaterThan(50);
  });

  /** The status, once the answer is found in the document. `as` is the path of the document, where it is another. */
  const ask = async (line: string, headers: Record<string, string>, body = '', as?: string) => {
    const [method = '', url = ''] = line.split(' ');
    const answer = await sendRaw(origin, rawRequest(line, headers, body));
    const path = as ?? url.replace(/\?.*/, '');
    const complaints = judge.complaints(method.toLowerCase(), path, answer.status, answer.body);
    expect([line, complaints]).toEqual([line, []]);
    return answer;
  };
  const json = { 'Content-Type': 'application/json' };
  const as = (token: string) => ({ ...json, Authorization: `Token ${token}` });

  test.each(legacyPaths)(
    'to who may not call %s, or sends another type, is in the document',
    async (path) => {
      expect(await ask(`POST ${path}`, json, '{}')).toMatchObject({ status: 401 });
      expect(await ask(`POST ${path}`, as(tokens.view), '{}')).toMatchObject({ status: 403 });
      expect(await ask(`POST ${path}`, as(tokens.retailer), '{}')).toMatchObject({ status: 409 });
      const text = { ...as(tokens.full), 'Content-Type': 'text/plain' };
      expect(await ask(`POST ${path}`, text, 'a')).toMatchObject({ status: 415 });
    },
  );

  test('to a failed precondition, and of probes, is in the document', async () => {
    const stale = { ...as(tokens.full), 'If-Match': '"99"' };
    const body = '{"sku_id":"shared","quantity_in_stock":1}';
    expect(await ask(`POST ${single}`, stale, body)).toMatchObject({ status: 412 });
    expect(await ask('GET /health', {})).toMatchObject({ status: 200 });
    expect(await ask('GET /ready', {})).toMatchObject({ status: 200 });
  });
});
