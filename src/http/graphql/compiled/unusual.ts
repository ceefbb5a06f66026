/** How compiled code gives up: what it is not sure of is executed the long way. */

/** Thrown in place of an answer. It has no stack, because nobody reads one. */
const unusual = Object.freeze({ name: 'Unusual' });

/** Leaves the rest of the operation to the long way. Nothing that a client sees comes from here. */
export function giveUp(): never {
  // oxlint-disable-next-line no-throw-literal
  throw unusual;
}
