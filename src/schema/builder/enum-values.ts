/** The values of a GraphQL enum, from a list of the domain. */

/** A value for each name, with its description. */
export function enumValues<Name extends string>(
  names: readonly Name[],
  descriptions: Readonly<Record<Name, string>>,
): Record<Name, { readonly description: string }> {
  // TypeScript types the keys of fromEntries as any string. The list has every name.
  return Object.fromEntries(names.map((name) => [name, { description: descriptions[name] }])) as Record<
    Name,
    { readonly description: string }
  >;
}
