/** The attacker's program, `node attacking.ts PRIORITY ORIGIN ATTACK...`: it sends `begun` to its parent, and attacks until it is killed. */
import { setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { attacks, gradual } from './attacks.ts';

/** After this time the attacks count as begun. Several at once may be refused so often that one of them never builds up. */
const LONGEST_MS = 10_000;

const [priority, origin = '', ...names] = process.argv.slice(2);
setPriority(Number(priority));
const begun = names.map(async (name) => {
  const attack = attacks[name];
  if (!attack) throw new Error(`There is no attack "${name}".`);
  await new Promise<void>((resolve) => {
    void attack(origin, resolve);
    if (!gradual.has(name)) resolve();
  });
});
await Promise.race([Promise.all(begun), pause(LONGEST_MS)]);
process.send?.('begun');
