/** Bodies that may take longer to arrive than requests otherwise may. Who reads such a body limits its pauses. */
import type { Duplex } from 'node:stream';

const slow = new WeakSet<Duplex>();

/** Lifts the time limit of the request that arrives on this connection. Call the returned function once its body was read. */
export function allowSlowBody(socket: Duplex): () => void {
  slow.add(socket);
  return () => void slow.delete(socket);
}

export function mayBeSlow(socket: Duplex): boolean {
  return slow.has(socket);
}
