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

/** What the root fields of an operation are about. */
interface Needs {
  readonly webhooks: boolean;
  /** Whether there are others than webhooks, the schema and the viewer. The last two tell nothing of SKUs. */
  readonly items: boolean;
}

/** What each operation needs. An operation is looked through once, however often it is sent. */
const needs = new WeakMap<OperationDefinitionNode, Needs>();

/**
 * Why this caller may not run this operation; null when it may. Mutations need `edit_items`, the rest and what shows a SKU's
 * state `view_items`. Webhooks need `manage_webhooks` and, because they send the state of SKUs, `view_items`. The schema itself and the
 * viewer are for everyone who has a token.
 */
export function denyPermission({ document, operation }: Operation, caller: Caller): Denial | null {
  const { webhooks, items } = needsOf(operation, document);
  if (webhooks) {
    const denial = denyCaller(caller, 'manage_webhooks') ?? denyCaller(caller, 'view_items');
    if (denial) return denial;
  }
  if (!items) return null;
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

function needsOf(operation: OperationDefinitionNode, document: DocumentNode): Needs {
  const known = needs.get(operation);
  if (known) return known;
  const names = rootFields(operation, document).filter((name) => !isOpenField(name));
  const found = { webhooks: names.some(isOfWebhooks), items: names.some((name) => !isOfWebhooks(name)) };
  needs.set(operation, found);
  return found;
}

/** The names of the root fields, also of those in fragments. */
function rootFields({ selectionSet }: OperationDefinitionNode, { definitions }: DocumentNode): string[] {
  const names: string[] = [];
  const selections = [...selectionSet.selections];
  // Each fragment once, so that fragments that spread one another come to an end.
  const spread = new Set<string>();
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      names.push(selection.name.value);
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
  return names;
}

function isOpenField(name: string): boolean {
  return name.startsWith('__') || name === 'viewer';
}

/** All root fields of webhooks, and no others, have the word in their names. */
function isOfWebhooks(name: string): boolean {
  return /webhook/i.test(name);
}
