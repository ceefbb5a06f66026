/** Who may run an operation. */
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { Caller } from '../../domain/caller.ts';
import { mayView } from '../../schema/builder/context.ts';
import { schema } from '../../schema/index.ts';
import { denyCaller, type Denial } from '../edge/authenticate.ts';
import { createFindShownState } from './shown-state.ts';

/** An operation, within its document. */
export interface Operation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

const findShownState = createFindShownState(schema);
/** Whether each operation is open. An operation is looked through once, however often it is sent. */
const open = new WeakMap<OperationDefinitionNode, boolean>();

/**
 * Why this caller may not run this operation; null when it may. Mutations need `edit_items`, the rest and what shows a SKU's
 * state `view_items`; the schema itself and the viewer are for everyone who has a token.
 */
export function denyPermission({ document, operation }: Operation, caller: Caller): Denial | null {
  if (isOpen(operation, document)) return null;
  if (operation.operation !== 'mutation') return denyCaller(caller, 'view_items');
  const denial = denyCaller(caller, 'edit_items');
  if (denial || mayView(caller)) return denial;
  const field = findShownState(document, operation);
  if (field === null) return null;
  return {
    status: 403,
    code: 'FORBIDDEN',
    message: `The field "${field}" shows the state of a SKU, which needs the permission view_items. Leave it out, or use a token with that permission.`,
  };
}

/** Whether an operation selects only the schema and the viewer, which tell nothing of SKUs. */
function isOpen(operation: OperationDefinitionNode, document: DocumentNode): boolean {
  const known = open.get(operation);
  if (known !== undefined) return known;
  const found = selectsOnlyOpen(operation, document);
  open.set(operation, found);
  return found;
}

function selectsOnlyOpen({ selectionSet }: OperationDefinitionNode, { definitions }: DocumentNode): boolean {
  const selections = [...selectionSet.selections];
  // Each fragment once, so that fragments that spread one another come to an end.
  const spread = new Set<string>();
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      if (!isOpenField(selection.name.value)) return false;
    } else if (selection.kind === 'InlineFragment') {
      selections.push(...selection.selectionSet.selections);
    } else if (!spread.has(selection.name.value)) {
      const { value } = selection.name;
      spread.add(value);
      for (const node of definitions)
        if (node.kind === 'FragmentDefinition' && node.name.value === value)
          selections.push(...node.selectionSet.selections);
    }
  }
  return true;
}

function isOpenField(name: string): boolean {
  return name.startsWith('__') || name === 'viewer';
}
