/** What resolvers of a compiled operation learn of their field. */
import type {
  FieldNode,
  GraphQLField,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLResolveInfo,
  OperationDefinitionNode,
} from 'graphql';
import { schema } from '../../../schema/index.ts';
import { giveUp } from './unusual.ts';

/** What all fields of an operation have in common. */
export interface OperationInfo {
  readonly fragments: GraphQLResolveInfo['fragments'];
  readonly operation: OperationDefinitionNode;
}

/** The last argument of a field's resolver. It is made once, so it knows nothing of a request. */
export function createInfo(
  operation: OperationInfo,
  parentType: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  nodes: readonly FieldNode[],
): GraphQLResolveInfo {
  // What it lacks is for resolvers that can be cancelled.
  return new FieldInfo(operation, parentType, field, nodes) as unknown as GraphQLResolveInfo;
}

/** No resolver of this schema asks for more; one that does goes the long way. */
class FieldInfo implements Partial<GraphQLResolveInfo> {
  readonly schema = schema;
  readonly fragments: GraphQLResolveInfo['fragments'];
  readonly operation: OperationDefinitionNode;
  readonly parentType: GraphQLObjectType;
  readonly fieldName: string;
  readonly returnType: GraphQLOutputType;
  readonly fieldNodes: readonly FieldNode[];

  constructor(
    { fragments, operation }: OperationInfo,
    parentType: GraphQLObjectType,
    { name, type }: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
  ) {
    this.fragments = fragments;
    this.operation = operation;
    this.parentType = parentType;
    this.fieldName = name;
    this.returnType = type;
    this.fieldNodes = nodes;
  }

  get path(): never {
    return giveUp();
  }

  get variableValues(): never {
    return giveUp();
  }
}
