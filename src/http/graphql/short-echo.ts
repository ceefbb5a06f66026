/** Messages of GraphQL's own repeat what a client sent: long ones are cut, so that no answer grows with a value. */

/** Characters kept at each end: the place comes first, and what was expected last. */
const KEPT = 200;

/** The message, without its middle where it is long. */
export function shortenEchoes(message: string): string {
  if (message.length <= 2 * KEPT) return message;
  // A pair of surrogates may be cut in two.
  return `${message.slice(0, KEPT)} ... ${message.slice(-KEPT)}`.toWellFormed();
}
