/** The compiled operations of a thread: those that are sent again and again. */
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { RecentMap } from './recent-map.ts';
import { compileOperation, type RunCompiled } from './compile-operation.ts';

/** Operations that stay compiled; the one that was not used for longest goes first. Each takes 180 kB at most. */
const MAX_COMPILED = 100;

const compiled = new RecentMap<OperationDefinitionNode, RunCompiled>(MAX_COMPILED);
/** Operations that were seen once, and those that cannot be compiled. */
const others = new WeakMap<OperationDefinitionNode, 'seen' | 'never'>();

/** The compiled form of a valid operation. Undefined at its first use, as it may never be sent again, and if it cannot be compiled. */
export function findCompiled(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): RunCompiled | undefined {
  const known = compiled.get(operation);
  if (known) return known;
  const other = others.get(operation);
  if (other === 'never') return undefined;
  if (other === undefined) {
    others.set(operation, 'seen');
    return undefined;
  }
  const run = compileOperation(document, operation);
  if (!run) {
    others.set(operation, 'never');
    return undefined;
  }
  compiled.set(operation, run);
  // Once it is forgotten it must be seen again, so that many operations in turn are not compiled at each use.
  others.delete(operation);
  return run;
}
