/** Which fields of a mutation's answer show a SKU's state: selecting one needs the permission to view SKUs. */
import {
  getNamedType,
  isAbstractType,
  isObjectType,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

/** The types whose values are a SKU's state. */
const stateTypes = new Set(['Sku', 'InventoryChange']);
/** Fields of other types that tell as much: how many SKUs share a code, and since when a SKU has its values. */
const tellingFields = new Set(['candidateCount', 'storedAsOf']);

/** The first field that shows state in what the operation selects, through fragments too; null where none does. */
export type FindShownState = (document: DocumentNode, operation: OperationDefinitionNode) => string | null;

/** Looks through each operation once, however often it is sent. */
export function createFindShownState(schema: GraphQLSchema): FindShownState {
  const showing = fieldsThatShow(schema);
  const found = new WeakMap<OperationDefinitionNode, string | null>();
  return (document, operation) => {
    const known = found.get(operation);
    if (known !== undefined) return known;
    const field = findField(document, operation, showing);
    found.set(operation, field);
    return field;
  };
}

/** Names of the fields in mutations' payloads whose value is a state. A name is enough: no payload has one of them for another purpose. */
function fieldsThatShow(schema: GraphQLSchema): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<GraphQLObjectType>();
  const collect = (type: GraphQLObjectType) => {
    if (seen.has(type)) return;
    seen.add(type);
    for (const [name, field] of Object.entries(type.getFields())) {
      const named = getNamedType(field.type);
      if (stateTypes.has(named.name) || tellingFields.has(name)) names.add(name);
      else if (isObjectType(named)) collect(named);
      else if (isAbstractType(named)) schema.getPossibleTypes(named).forEach(collect);
    }
  };
  const mutation = schema.getMutationType();
  if (mutation) collect(mutation);
  return names;
}

function findField(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  showing: ReadonlySet<string>,
): string | null {
  const fragments = new Map(
    document.definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === 'FragmentDefinition')
      .map((node) => [node.name.value, node]),
  );
  const waiting: (OperationDefinitionNode | FragmentDefinitionNode)[] = [operation];
  let field: string | null = null;
  for (const definition of waiting) {
    visit(definition, {
      Field: ({ name }) => {
        if (showing.has(name.value)) field ??= name.value;
      },
      FragmentSpread: ({ name }) => {
        const fragment = fragments.get(name.value);
        if (fragment) waiting.push(fragment);
        // Each once, so that fragments that spread one another come to an end.
        fragments.delete(name.value);
      },
    });
  }
  return field;
}
