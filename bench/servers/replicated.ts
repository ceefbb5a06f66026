/** A temporary PostgreSQL with a standby on the same machine, over a line that delays as a distance does. */
import { fileURLToPath } from 'node:url';
import { startPostgres, type Postgres } from './postgres.ts';
import { startServer } from './servers.ts';

export interface Replicated extends Postgres {
  /** From now on every commit waits until the standby has it on its disk. */
  waitForStandby(): void;
}

/** `oneWayMs`: how long the line takes in each direction, in milliseconds. Returns undefined if there is no PostgreSQL here. */
export async function startReplicated(oneWayMs: number): Promise<Replicated | undefined> {
  const primary = await startPostgres();
  if (!primary) return undefined;
  const line = await startServer([
    fileURLToPath(new URL('line.ts', import.meta.url)),
    new URL(primary.url).port,
    String(oneWayMs),
  ]);
  const standby = await startPostgres(`postgres://postgres@127.0.0.1:${new URL(line.origin).port}`);
  return {
    ...primary,
    waitForStandby() {
      primary.run('postgres', "alter system set synchronous_standby_names = '*'");
      primary.run('postgres', 'select pg_reload_conf()');
    },
    async stop() {
      await standby?.stop();
      await line.stop();
      await primary.stop();
    },
  };
}
