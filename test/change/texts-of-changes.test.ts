/** The texts that a change keeps are one line each: control characters, which JSON writes six times as long, are refused. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { send, sendMalformed } from '../support/mutations.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway('sqlite');
});
afterAll(() => gateway.close());

const message = 'This must not contain control characters, such as tabs or line breaks.';
const inputs = {
  update: { identifier: { skuId: 'EACH' }, quantityInStock: 1 },
  adjust: { identifier: { skuId: 'EACH' }, quantityInStockDelta: 1 },
  bulk: { updates: [{ identifier: { skuId: 'EACH' }, quantityInStock: 1 }] },
} as const;

test.for(['\u0001'.repeat(500), 'a\tb', 'a\nb', 'a\r\nb', 'a\u007f', 'a\u0085'])(
  'a reason or reference with %j is malformed',
  async (text) => {
    for (const name of ['update', 'adjust', 'bulk'] as const) {
      for (const [field, value] of [
        ['reason', text],
        ['referenceDocumentUri', `urn:order:${text}`],
      ] as const) {
        const error = await sendMalformed(gateway, name, { ...inputs[name], [field]: value });
        expect(error.extensions).toEqual({
          code: 'BAD_USER_INPUT',
          problems: [{ path: ['input', field], message }],
        });
      }
    }
  },
);

test('any other text is kept as it is', async () => {
  const reason = 'Zählung 店 😀 “counted” \u200d \u00a0 \u2028';
  const { change } = await send(gateway, 'update', { ...inputs.update, reason });
  expect(change?.reason).toBe(reason);
});
