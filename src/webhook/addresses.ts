/** The IP addresses that webhooks are sent to: public ones, and those that the operator allows. */
import { BlockList, isIP } from 'node:net';

/** IPv4 networks that are not public, by IANA's registry of special-purpose addresses. */
const special4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  // Carrier-grade NAT. One cloud has its metadata at 100.100.100.200.
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local. Most clouds have their metadata at 169.254.169.254.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast, reserved, broadcast.
  ['224.0.0.0', 3],
  // Looks public, and is the metadata of one cloud.
  ['168.63.129.16', 32],
];

/** Parts of 2000::/3 that are not public or lead to an IPv4 address. All IPv6 addresses outside of 2000::/3 are refused. */
const special6: readonly (readonly [network: string, prefix: number])[] = [
  // Teredo, benchmarks, ORCHID.
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4.
  ['2002::', 16],
  ['3fff::', 20],
];

const forbidden = new BlockList();
for (const [network, prefix] of special4) forbidden.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of special6) forbidden.addSubnet(network, prefix, 'ipv6');
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');

/** Which addresses may be sent to. */
export interface Addresses {
  /** Whether the operator allows any that are not public. */
  readonly hasExceptions: boolean;
  /** Why the address is refused; null if it is not. `isSecure`: over TLS. */
  refusal(address: string, isSecure: boolean): string | null;
}

/** `allowed` are networks such as 10.0.0.0/8, or addresses. Throws for other text. */
export function createAddresses(allowed: readonly string[]): Addresses {
  const exceptions = new BlockList();
  for (const text of allowed) {
    const { network, prefix, family } = parseNetwork(text) ?? refuseNetwork(text);
    exceptions.addSubnet(network, prefix, family);
  }
  return {
    hasExceptions: allowed.length > 0,
    refusal(address, isSecure) {
      // An address of a link can have a zone behind it.
      const [bare = ''] = address.split('%');
      const family = familyOf(bare);
      if (family === null) return `${address} is no IP address.`;
      if (exceptions.check(bare, family)) return null;
      if (!isSecure)
        return `${address} is not an address that --webhook-allow names, so only https may be used.`;
      const isPublic = family === 'ipv4' || global6.check(bare, family);
      if (isPublic && !forbidden.check(bare, family)) return null;
      return `${address} is not a public address. The operator of the gateway can allow it with --webhook-allow.`;
    },
  };
}

/** A network in CIDR notation, or a single address; null for other text. */
export function parseNetwork(text: string) {
  const [network = '', bits, ...rest] = text.split('/');
  const family = familyOf(network);
  if (family === null || rest.length > 0) return null;
  const longest = family === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  return prefix >= 0 && prefix <= longest ? { network, prefix, family } : null;
}

function refuseNetwork(text: string): never {
  throw new Error(`"${text}" is no network such as 10.0.0.0/8 or fd00::/8.`);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address);
  return version === 0 ? null : version === 4 ? 'ipv4' : 'ipv6';
}
