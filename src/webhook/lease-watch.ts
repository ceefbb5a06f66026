/** Watches the leases of other gateways. One that does not move is free, so no wall clock is compared with another. */
import type { DueEndpoint, EndpointKey } from '../domain/webhook/endpoint.ts';

/** A lease is free after it was seen without a beat for so long, in milliseconds. Its holder shows itself every 3 seconds. */
const LEASE_MS = 12_000;

interface Seen {
  readonly lease: string;
  readonly leaseBeats: number;
  /** On the monotonic clock. */
  readonly since: number;
}

export class LeaseWatch {
  readonly #monotonic: () => number;
  #seen = new Map<string, Seen>();

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Whether nobody sends to the endpoint, as far as is known. */
  isFree(endpoint: DueEndpoint): boolean {
    const { lease, leaseBeats } = endpoint;
    if (lease === '') return true;
    const name = nameOf(endpoint);
    const seen = this.#seen.get(name);
    if (seen?.lease === lease && seen.leaseBeats === leaseBeats)
      return this.#monotonic() - seen.since >= LEASE_MS;
    this.#seen.set(name, { lease, leaseBeats, since: this.#monotonic() });
    return false;
  }

  /** Forgets all other endpoints. */
  keepOnly(endpoints: readonly EndpointKey[]): void {
    const names = new Set(endpoints.map(nameOf));
    this.#seen = new Map(this.#seen.entries().filter(([name]) => names.has(name)));
  }
}

function nameOf({ supplierId, endpointId }: EndpointKey): string {
  return `${supplierId}\0${endpointId}`;
}
