/** Writes scalars and enums, by functions that are made once for each type. */
import { isEnumType, type GraphQLEnumType, type GraphQLLeafType } from 'graphql';
import type { Write } from './answer-text.ts';
import { giveUp } from './unusual.ts';

/** All fields of a type share its function. */
const writes = new WeakMap<GraphQLLeafType, Write>();

/** The function for a type; it gets no null. */
export function writeLeafOf(type: GraphQLLeafType): Write {
  const known = writes.get(type) ?? createWriteLeaf(type);
  writes.set(type, known);
  return known;
}

function createWriteLeaf(type: GraphQLLeafType): Write {
  const toText = isEnumType(type) ? createEnumText(type) : (scalarTexts[type.name] ?? createScalarText(type));
  return (value, answer) => void (answer.text += toText(value));
}

type ToText = (value: unknown) => string;

/** Scalars of GraphQL, for the values that this schema gives them. */
const scalarTexts: Readonly<Record<string, ToText>> = {
  Int: (value) => (typeof value === 'number' && (value | 0) === value ? String(value) : giveUp()),
  String: stringText,
  ID: stringText,
  Boolean: (value) => (typeof value === 'boolean' ? String(value) : giveUp()),
};

function stringText(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : giveUp();
}

function createEnumText(type: GraphQLEnumType): ToText {
  const texts = new Map(type.getValues().map(({ name, value }) => [value, JSON.stringify(name)]));
  return (value) => texts.get(value) ?? giveUp();
}

function createScalarText(type: Exclude<GraphQLLeafType, GraphQLEnumType>): ToText {
  return (value) => {
    if (value instanceof Error) return giveUp();
    return JSON.stringify(type.serialize(value) ?? giveUp());
  };
}
