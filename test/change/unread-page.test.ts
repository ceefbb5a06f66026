/** Pages of live streams that readers leave unread count as bytes in flight, once for all streams that hold the same. */
import { expect, test } from 'vitest';
import { ByteBudget } from '../../src/http/fair/byte-budget.ts';
import { UnreadPage } from '../../src/http/live/unread-page.ts';
import { openGateway } from '../support/gateway.ts';

/** A stream whose reader takes what was written when `over` is called. */
function openStream() {
  const overs: (() => void)[] = [];
  return {
    stream: { isOpen: true, whenOver: (done: () => void) => void overs.push(done) },
    over: () => overs.splice(0).forEach((done) => done()),
  };
}

test('a page counts once for all who have not taken it, until the last of them has', () => {
  const budget = new ByteBudget(4_000);
  const page = new UnreadPage(budget, 'acme', 900);
  expect([page.hasRoom, budget.held]).toEqual([true, 0]);
  const [a, b] = [openStream(), openStream()];
  page.unread(a.stream);
  page.unread(b.stream);
  expect(budget.held).toBe(900);
  expect(new UnreadPage(budget, 'acme', 900).hasRoom).toBe(false);
  expect(new UnreadPage(budget, 'rival', 900).hasRoom).toBe(true);
  a.over();
  expect(budget.held).toBe(900);
  b.over();
  expect(budget.held).toBe(0);
  page.unread({ ...a.stream, isOpen: false });
  expect(budget.held).toBe(0);
});

test('an event has a bounded number of fields', async () => {
  const gateway = await openGateway('sqlite');
  const pages = (inner: string) =>
    `subscription { inventoryChanged { change { sku { inventoryChanges(first: 100) { nodes { ${inner} } } } } } }`;
  const { body } = await gateway.graphql(pages('sku { inventoryChanges(first: 100) { nodes { id } } }'));
  expect(body.errors[0].message).toContain('at most 5000 fields in its answer');
  // With a field that is not there, so that no stream begins.
  const { body: small } = await gateway.graphql(pages('id nothing'));
  expect(JSON.stringify(small)).not.toContain('at most');
  await gateway.close();
});
