/** The demo in a process of its own, behind a proxy that stays while the gateway is killed and started again. */
import { createSqliteDatabase } from '../support/stores/databases.ts';
import { startGateway, type RunningGateway } from '../support/machine/process.ts';
import { openProxy, type Proxy } from './breaking-proxy.ts';

export const TOKEN = '1083e3ec5c40b36fd663ba925bc8d864061463e2';

export interface DemoGateway {
  /** The proxy's address. */
  readonly url: string;
  /** The gateway's own address now. */
  readonly direct: string;
  readonly proxy: Proxy;
  /** The URL of its store. */
  readonly database: string;
  /** Ends the gateway as `kill -9` does. */
  kill(): Promise<void>;
  /** Starts it again on the same store. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openDemoGateway(...flags: string[]): Promise<DemoGateway> {
  const database = createSqliteDatabase();
  const start = () => startGateway(database.url, '--demo', '--log-level', 'error', ...flags);
  let gateway: RunningGateway = await start();
  const proxy = await openProxy(Number(gateway.port));
  return {
    url: proxy.url,
    database: database.url,
    get direct() {
      return gateway.origin;
    },
    proxy,
    kill: async () => void (await gateway.stop('SIGKILL')),
    restart: async () => {
      gateway = await start();
      proxy.target = Number(gateway.port);
    },
    close: async () => {
      proxy.close();
      if (gateway.process.exitCode === null && gateway.process.signalCode === null) await gateway.stop();
      await database.remove();
    },
  };
}
