/** A clerk's day over HTTP: export, edit, import, a conflict, rejected rows, a correction, and an undo of all of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../../support/gateway.ts';
import { mutations } from '../../support/mutations.ts';
import type { FeedReport } from '../../../src/domain/feed.ts';
import { describeOnEachStore } from '../../support/stores/stores.ts';

const REVERT = `mutation ($input: RevertInventoryChangesInput!) {
  revertInventoryChanges(input: $input) { appliedCount rejectedCount userErrors { code } }
}`;

interface Feed {
  readonly id: string;
  readonly rejectedRows: string;
  readonly report: FeedReport;
}

describeOnEachStore('An inventory over HTTP', (kind) => {
  let gateway: Gateway;
  let origin: string;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'feeds-'));
    gateway = await openGateway(kind, undefined, {}, { feedSpool: { folder, isRequired: true } });
    origin = await gateway.listen();
  });
  afterAll(async () => {
    await gateway.close();
    await rm(folder, { recursive: true });
  });

  const authorization = `Bearer ${tokens.full}`;
  const get = async (path: string) => (await fetch(origin + path, { headers: { authorization } })).text();
  const send = async (body: string, parameters = '') => {
    const answer = await fetch(`${origin}/feeds/inventory?${parameters}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'text/csv', prefer: 'wait=30' },
      body,
    });
    return (await answer.json()) as Feed;
  };
  /** The quantities in stock of an export, by skuId. */
  const quantitiesIn = (csv: string) => {
    const [header = '', ...lines] = csv.trim().split('\r\n');
    const column = header.split(',').indexOf('quantity_in_stock');
    return Object.fromEntries(lines.map((line) => [line.split(',')[0], line.split(',')[column]]));
  };

  test('goes out, comes back edited, and is put back as it was', async () => {
    const exported = await get('/feeds/inventory.csv');
    const before = quantitiesIn(exported);
    expect(before).toMatchObject({ shared: '10', 'BOOK-NEW': '3', EACH: '0' });
    const edited = exported
      .replace('shared,036000291452,,,,10,', 'shared,036000291452,,,,40,')
      .replace('BOOK-NEW,,,,978-0-306-40615-7,3,', 'BOOK-NEW,,,,978-0-306-40615-7,5,');

    // Meanwhile somebody sells one.
    const sold = { identifier: { skuId: 'shared' }, quantityInStock: 9 };
    await gateway.graphql(mutations.update, { input: sold }, tokens.colleague);

    const dry = await send(edited, 'dryRun=true');
    const first = await send(edited, 'reason=Monday%20count');
    expect(first).toMatchObject({
      state: 'DONE',
      report: { rows: 9, applied: 1, unchanged: 7, rejected: 1, groupId: first.id },
    });
    const { groupId: _group, dryRun: _dry, preview: _preview, ...counts } = first.report;
    expect(dry.report).toMatchObject(counts);
    expect(dry.report.preview).toMatchObject([
      { skuId: 'BOOK-NEW', before: { quantityInStock: 3 }, after: { quantityInStock: 5 } },
    ]);
    expect(first.report.problems).toMatchObject([{ code: 'PRECONDITION_FAILED' }]);
    expect(first.report.problems[0]?.message).toMatch(/version is 1, not 0.* made by colleague at 20\d\d-/);
    expect(quantitiesIn(await get('/feeds/inventory.csv'))).toMatchObject({ shared: '9', 'BOOK-NEW': '5' });

    // The clerk counts again, and empties the version of the rejected row.
    const rejected = await get(first.rejectedRows);
    const corrected = rejected.replace('shared,036000291452,,,,40,5,,,0,', 'shared,036000291452,,,,39,5,,,,');
    expect(corrected).not.toBe(rejected);
    const second = await send(corrected);
    expect(second).toMatchObject({ state: 'DONE', report: { rows: 1, applied: 1, rejected: 0 } });
    expect(quantitiesIn(await get('/feeds/inventory.csv'))).toMatchObject({ shared: '39', 'BOOK-NEW': '5' });

    for (const { id } of [second, first]) {
      const { body } = await gateway.graphql(REVERT, { input: { groupId: id } });
      expect(body.data.revertInventoryChanges).toEqual({ appliedCount: 1, rejectedCount: 0, userErrors: [] });
    }
    expect(quantitiesIn(await get('/feeds/inventory.csv'))).toEqual({ ...before, shared: '9' });
  });
});
