/** `stockgate token`: a token is rotated without a moment in which neither value is good, and a listing tells who uses what. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tokenCommand } from '../../src/cli/token.ts';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { runHere } from '../support/run-here.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

describeOnEachStore('a token', (kind) => {
  let gateway: Gateway;
  let names = 0;
  beforeAll(async () => void (gateway = await openGateway(kind)));
  afterAll(() => gateway.close());

  const token = (...args: string[]) => runHere(tokenCommand, [...args, '--database', gateway.url]);
  async function create(...flags: string[]) {
    const name = `script-${++names}`;
    const { out } = await token('create', '--supplier', 'acme', '--name', name, ...flags);
    return { name, secret: out.trim(), id: (await line(name)).split('\t')[0] ?? '' };
  }
  /** The line of the listing. */
  async function line(name: string): Promise<string> {
    const { out } = await token('list');
    return out.split('\n').find((one) => one.split('\t')[2] === name) ?? '';
  }
  const isGood = async (secret: string) =>
    (await gateway.graphql('{ viewer { tokenName } }', {}, secret)).status === 200;

  test('is rotated: both are good, then the old one is not, and the listing says how long', async () => {
    const { name, secret, id } = await create();
    const { code, out, err } = await token('rotate', id);
    expect({ code, out, err }).toEqual({
      code: 0,
      out: expect.stringMatching(/^[0-9a-f]{40}\n$/),
      err: expect.stringMatching(
        new RegExp(`^The old token of acme named "${name}" is good until 20.*Z\\.\n$`),
      ),
    });
    expect([await isGood(secret), await isGood(out.trim())]).toEqual([true, true]);
    expect(await line(name)).toContain('old one good until 20');
    expect(await line(name)).not.toContain(id);
    const next = (await line(name)).split('\t')[0];
    for (const action of ['rotate', 'revoke'])
      expect(await token(action, id)).toMatchObject({
        code: 1,
        err: expect.stringContaining(`it was replaced by ${next}`),
      });
  });

  test('is rotated with the old one ended at once', async () => {
    const { name, secret, id } = await create();
    const { out } = await token('rotate', id, '--old-valid', '0', '--expires', '90d');
    expect([await isGood(secret), await isGood(out.trim())]).toEqual([false, true]);
    expect(await line(name)).toMatch(/\texpires 20/);
    expect(await line(name)).not.toContain('old one');
  });

  test('that is revoked or unknown is not rotated', async () => {
    const { id } = await create();
    await token('revoke', id);
    for (const one of [id, '0123456789ab', 'nonsense'])
      expect(await token('rotate', one)).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringContaining(one),
      });
  });

  test('is rotated for a time that can be read', async () => {
    const { id } = await create();
    for (const time of ['-1h', '1w', '', '00'])
      await expect(token('rotate', id, `--old-valid=${time}`)).rejects.toThrow('--old-valid');
  });

  test('is listed with the day of its last use, which its gateway notes', async () => {
    const { name, secret } = await create();
    expect(await line(name)).toContain('\tused never');
    await isGood(secret);
    await expect.poll(() => line(name)).toMatch(/\tused 20\d\d-\d\d-\d\d/);
  });
});
