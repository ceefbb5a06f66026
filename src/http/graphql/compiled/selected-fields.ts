/** Collects the fields that a selection has for a type of object, in the order of the answer. */
import {
  isAbstractType,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type SelectionSetNode,
} from 'graphql';
import { schema } from '../../../schema/index.ts';
import { giveUp } from './unusual.ts';

/** The nodes of each field, by its name in the answer. The first node has the arguments. */
export type SelectedFields = ReadonlyMap<string, readonly [FieldNode, ...FieldNode[]]>;
export type CollectFields = (type: GraphQLObjectType, sets: readonly SelectionSetNode[]) => SelectedFields;

/** Makes the function for a document with these fragments. It gives up on directives: most depend on variables. */
export function createCollectFields(
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): CollectFields {
  return (type, sets) => {
    const fields = new Map<string, [FieldNode, ...FieldNode[]]>();
    const spread = new Set<FragmentDefinitionNode>();
    const collect = ({ selections }: SelectionSetNode) => {
      for (const node of selections) {
        if (node.directives && node.directives.length > 0) giveUp();
        if (node.kind === 'Field') {
          const name = node.alias?.value ?? node.name.value;
          const nodes = fields.get(name);
          if (nodes) nodes.push(node);
          else fields.set(name, [node]);
          continue;
        }
        const fragment = node.kind === 'InlineFragment' ? node : (fragments[node.name.value] ?? giveUp());
        if (fragment.kind === 'FragmentDefinition') {
          if (spread.has(fragment)) continue;
          spread.add(fragment);
        }
        if (appliesTo(fragment.typeCondition?.name.value, type)) collect(fragment.selectionSet);
      }
    };
    for (const set of sets) collect(set);
    return fields;
  };
}

/** `condition`: the name of a fragment's type. */
function appliesTo(condition: string | undefined, type: GraphQLObjectType): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = schema.getType(condition);
  return isAbstractType(conditional) && schema.isSubType(conditional, type);
}
