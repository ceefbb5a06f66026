/** A limit on the objects in a GraphQL document. Objects in variables have limits of their own (`src/http/body`). */
import {
  getNamedType,
  GraphQLError,
  isInputObjectType,
  type ASTVisitor,
  type ObjectValueNode,
  type ValidationContext,
} from 'graphql';
import { shortenEchoes } from './short-echo.ts';

/** Characters of objects that the messages for their unknown fields repeat. GraphQL prints the whole object in the message for each one. */
const MAX_ECHOED = 20_000;

/** A validation rule: one error for all unknown fields, if the usual messages for them would take long to write. */
export function literalLimits(context: ValidationContext): ASTVisitor {
  let echoed = 0;
  let unknown = 0;
  let first: { readonly node: ObjectValueNode; readonly words: string } | undefined;
  return {
    ObjectValue(node) {
      const type = getNamedType(context.getInputType());
      if (!isInputObjectType(type)) return;
      const fields = type.getFields();
      const names = node.fields.map(({ name }) => name.value).filter((name) => !Object.hasOwn(fields, name));
      unknown += names.length;
      echoed += names.length * lengthOf(node);
      if (names.length > 0) first ??= { node, words: `"${names[0]}" is not a field of ${type.name}.` };
    },
    Document: {
      leave() {
        if (!first || echoed <= MAX_ECHOED) return;
        const message = `${shortenEchoes(first.words)} Correct all unknown fields; the document has ${unknown}.`;
        context.reportError(new GraphQLError(message, { nodes: first.node }));
      },
    },
  };
}

function lengthOf({ loc }: ObjectValueNode): number {
  return loc ? loc.end - loc.start : 0;
}
