/** Several servers on one port. Linux gives each new connection to one of them, at random. */
import { createServer } from 'node:net';
import { platform } from 'node:os';
import type { createGatewayServer } from './gateway-server.ts';

/** Whether the system shares connections out. Node refuses the option on other systems, macOS among them. */
export const canListenTogether = ['linux', 'freebsd'].includes(platform());

export interface Address {
  readonly host: string;
  readonly port: number;
  /** Connections that may wait to be accepted. */
  readonly backlog: number;
}

/** Lets the server of this thread listen, beside those of other threads. Resolves to its origin. */
export function listenTogether(
  server: ReturnType<typeof createGatewayServer>,
  address: Address,
): Promise<string> {
  // Fastify hands all options on to Node, but its type lacks this one.
  const options: Address & { readonly reusePort: boolean } = { ...address, reusePort: true };
  return server.listen({ ...options });
}

/** Rejects if another program listens on the port. Servers that share ports would not notice one that does so too. */
export async function requireFree({ host, port }: Address): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen({ host, port, exclusive: true }, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}
