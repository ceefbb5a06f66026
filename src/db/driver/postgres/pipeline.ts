/** Marks at the head of a statement's text, by which it travels to PostgreSQL together with the next one. */

// Locks are then held for as long as the server works, and not while a busy gateway gets round to its next step. Only the connections
// for writes heed the marks (postgres-client.ts); elsewhere a mark is a comment.

/** Sent without waiting for its answer, which must have no use. Its error is thrown by the next statement. */
export const WITH_NEXT = '/* with the next */ ';

/** Sent together with the COMMIT: no other statement may follow in the transaction. */
export const THEN_COMMIT = '/* then commit */ ';
