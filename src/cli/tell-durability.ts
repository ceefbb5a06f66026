/** Tells the operator what an acknowledged update can survive: at the start, and when another PostgreSQL server takes the writes. */
import type { FastifyBaseLogger } from 'fastify';
import { describeDurability } from '../db/upkeep/durability.ts';
import type { Store } from '../db/store/store.ts';

/** Resolves to the warnings of the start. `expectsStandby`: the operator expects commits to wait for a standby. */
export async function tellDurability(
  store: Store,
  expectsStandby: boolean,
  logger: FastifyBaseLogger,
): Promise<readonly string[]> {
  const { waitsForStandby, warnings } = await describeDurability(store, expectsStandby);
  if (waitsForStandby !== null) logger.info({ waitsForStandby }, describeWait(waitsForStandby));
  const tellSwitch = async (server: string) => {
    const now = await describeDurability(store, expectsStandby);
    const what = `another PostgreSQL server takes the writes: ${describeWait(now.waitsForStandby)}`;
    logger.warn({ server, waitsForStandby: now.waitsForStandby }, what);
    for (const warning of now.warnings) logger.warn({ server }, warning);
  };
  store.hosts?.onSwitch(({ name }) => {
    tellSwitch(name).catch((error: unknown) =>
      logger.error(
        { err: error, server: name },
        'another PostgreSQL server takes the writes, and cannot be asked',
      ),
    );
  });
  return warnings;
}

function describeWait(waitsForStandby: boolean | null): string {
  if (waitsForStandby === null) return 'it is a standby';
  return waitsForStandby ? 'commits wait for a standby' : 'commits do not wait for a standby';
}
