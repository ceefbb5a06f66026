/** A proxy of TCP connections that loses answers, cuts streams and goes silent, as networks do. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Proxy {
  readonly url: string;
  /** The port that connections go to. */
  target: number;
  /** The next answers to be lost: each request arrives and is done, and the connection breaks before its answer. */
  answersToLose: number;
  /** While true, nothing of what the gateway says comes through, and nothing ends. */
  isSilent: boolean;
  /** Connections that clients hold open. */
  readonly open: number;
  /** Breaks all connections. */
  cut(): void;
  close(): void;
}

export async function openProxy(target: number): Promise<Proxy> {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    const gateway = connect(proxy.target, '127.0.0.1');
    const end = () => {
      clients.delete(client);
      client.destroy();
      gateway.destroy();
    };
    for (const socket of [client, gateway]) socket.on('error', end).on('close', end);
    client.pipe(gateway);
    gateway.on('data', (piece) => {
      if (proxy.isSilent) return;
      if (proxy.answersToLose > 0) {
        proxy.answersToLose -= 1;
        end();
      } else if (!client.write(piece)) {
        gateway.pause();
        client.once('drain', () => gateway.resume());
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const proxy: Proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target,
    answersToLose: 0,
    isSilent: false,
    get open() {
      return clients.size;
    },
    cut: () => {
      for (const client of clients) client.destroy();
    },
    close: () => {
      proxy.cut();
      server.close();
    },
  };
  return proxy;
}
