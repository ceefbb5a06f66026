/** Looks up the addresses of a host. */
import type { LookupAddress } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';

/** How long a name server may take, in milliseconds, and how often it is asked. */
const ASKED = { timeout: 2_000, tries: 2 } as const;

/** The addresses of a host name. Rejects if there are none. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/**
 * Asks name servers directly: the system's own look-up occupies one of four threads for as long as a server is silent, and the gateway
 * needs them for files. `usesSystem`: the system is asked for names that no name server knows, such as those in /etc/hosts.
 */
export function createResolve(usesSystem: boolean): Resolve {
  const resolver = new Resolver(ASKED);
  return async (host) => {
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = answers.flatMap((answer, i) =>
      answer.status === 'fulfilled'
        ? answer.value.map((address) => ({ address, family: i === 0 ? 4 : 6 }))
        : [],
    );
    if (found.length > 0) return found;
    if (usesSystem) return lookup(host, { all: true });
    throw new Error(`The host ${host} has no address.`);
  };
}
