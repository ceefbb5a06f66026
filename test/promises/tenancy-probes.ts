/** For everything in the schema that can name something: how to ask for what another supplier has, and for what nobody has. */
import {
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

/** Values of which the first is another supplier's and the second is nobody's; of the same length. */
export type Pair = readonly [foreign: string, unknown: string];

/** What one supplier has, and what looks like it. */
export interface Foreign {
  readonly skuId: Pair;
  readonly upca: Pair;
  readonly ean13: Pair;
  readonly gtin14: Pair;
  readonly isbn: Pair;
  /** A code that is stored and cannot be valid. */
  readonly invalid: Pair;
  /** Past the end of the asker's own log. */
  readonly position: Pair;
  readonly groupId: Pair;
  /** The name of a token. */
  readonly actor: Pair;
  readonly idempotencyKey: Pair;
  readonly feedId: Pair;
  readonly endpointId: Pair;
}

/** One question, as it is asked with a value. */
export interface Probe {
  readonly of: keyof Foreign;
  readonly query: string;
  readonly variables: (value: string) => object;
  /** How the value may come back in the answer. */
  readonly spelled?: (value: string) => string;
}

const CHANGE =
  'id skuId version before { quantityInStock } after { quantityInStock } actor reason groupId sku { skuId title }';
const SKU = `id skuId title upca quantityInStock version lastChange { ${CHANGE} } inventoryChanges(first: 5) { nodes { ${CHANGE} } }`;
const ERRORS = `code message path ... on PreconditionFailedError { current { ${SKU} } lastChange { ${CHANGE} } }
  ... on AmbiguousIdentifierError { candidates { ${SKU} } } ... on InvalidIdentifierError { expectedCheckDigit }`;
const RESULT = `outcome sku { ${SKU} } change { ${CHANGE} } userErrors { ${ERRORS} }`;
/** Without pages, of which 10,000 rows could not have many. */
const GROUP = `appliedCount unchangedCount rejectedCount replayed userErrors { code message path }
  results { index outcome sku { id skuId title quantityInStock version } change { ${CHANGE} }
    userErrors { code message path ... on PreconditionFailedError { current { skuId version } lastChange { ${CHANGE} } } } }`;
const PAGE = 'edges { cursor } pageInfo { hasNextPage startCursor endCursor }';

const FEED_FILE = 'id feedId filename actor groupId state reason';

const SKU_QUERY = `query ($v: SkuIdentifierInput!) { sku(by: $v) { ${SKU} } }`;
const NODE = `query ($v: ID!) { node(id: $v) { __typename id ... on Sku { ${SKU} } ... on InventoryFeed { ${FEED_FILE} } } }`;
const FEEDS = `query ($after: String) { inventoryFeeds(after: $after) { nodes { ${FEED_FILE} } ${PAGE} } }`;
const FOLLOW_FEED = `subscription ($after: ID!) { inventoryFeedChanged(id: $after) { ${FEED_FILE} } }`;
const SKUS = `query ($filter: SkuFilterInput, $after: String) {
  skus(filter: $filter, after: $after) { totalCount index(every: 1) { count cursors } nodes { ${SKU} } ${PAGE} } }`;
const FEED = `query ($filter: InventoryChangeFilterInput, $after: String) {
  inventoryChanges(filter: $filter, after: $after) { nodes { ${CHANGE} } ${PAGE} } }`;
/** Without group IDs, in which a position can occur by chance. */
const BACKWARDS = `query ($filter: InventoryChangeFilterInput, $after: String, $before: String, $last: Int, $direction: OrderDirection! = DESC) {
  inventoryChanges(filter: $filter, after: $after, before: $before, last: $last, orderBy: { direction: $direction }) { nodes { skuId actor } ${PAGE} } }`;
/** Groups of changes without their IDs, for the same reason. */
const CHANGE_GROUPS = `query ($filter: InventoryChangeGroupFilterInput, $after: String, $afterChange: String) {
  inventoryChangeGroups(filter: $filter, after: $after) {
    nodes { actor reason changeCount changes(after: $afterChange) { nodes { skuId actor reason } } } ${PAGE}
  }
}`;
/** Of several groups whose changes cannot be read, any one may be the first to say so. */
const ONE_CHANGE_GROUP = CHANGE_GROUPS.replace('(filter: $filter,', '(first: 1, filter: $filter,');
const HISTORY = `query ($after: String) { sku(by: { skuId: "shared" }) { inventoryChanges(after: $after) { nodes { ${CHANGE} } ${PAGE} } } }`;
const UPDATE = `mutation ($input: UpdateSkuInventoryInput!) { updateSkuInventory(input: $input) { replayed ${RESULT} } }`;
const ADJUST = `mutation ($input: AdjustSkuInventoryInput!) { adjustSkuInventory(input: $input) { replayed ${RESULT} } }`;
const BULK = `mutation ($input: BulkUpdateSkuInventoryInput!) { bulkUpdateSkuInventory(input: $input) { ${GROUP} } }`;
const REVERT = `mutation ($input: RevertInventoryChangesInput!) { revertInventoryChanges(input: $input) { ${GROUP} } }`;
const ENDPOINT =
  'endpointId url filter { skuIds actors } isEnabled disabledReason attempts { messageId answer } failures';
/** Without what is random. */
const CREATE_HOOK =
  'mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { endpoint { url filter { skuIds actors } isEnabled failures } } }';
const UPDATE_HOOK = `mutation ($input: UpdateWebhookEndpointInput!) { updateWebhookEndpoint(input: $input) { endpoint { ${ENDPOINT} } } }`;
const hookMutation = (name: string, selection: string) =>
  `mutation ($input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${selection} } }`;
const HOOK_URL = 'https://shop.example/';
/** Of nobody. */
const NO_HOOK = '11111111-0000-4000-8000-000000000001';
export const FOLLOW = `subscription ($filter: InventoryChangeFilterInput, $after: String) {
  inventoryChanged(filter: $filter, after: $after) { cursor change { ${CHANGE} } } }`;

export const cursorOf = (...parts: (string | number)[]) =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');
const nodeIdOf = (type: string) => (id: string) => Buffer.from(`${type}:${id}`).toString('base64');
const kinds = ['skuId', 'upca', 'ean13', 'gtin14', 'isbn'] as const;

/** A probe for each way to name a SKU, and for a code that cannot be valid. */
function byIdentifier(
  at: string,
  query: string,
  variables: (identifier: object) => object,
): Record<string, Probe> {
  return Object.fromEntries([
    ...kinds.map((kind) => [
      `${at}.${kind}`,
      { of: kind, query, variables: (value: string) => variables({ [kind]: value }) },
    ]),
    [
      `${at}.upca, not valid`,
      { of: 'invalid', query, variables: (value: string) => variables({ upca: value }) },
    ],
  ]);
}

const after = (query: string): Probe => ({
  of: 'position',
  query,
  variables: (value) => ({ after: cursorOf(Number(value)), filter: {} }),
  spelled: (value) => cursorOf(Number(value)),
});
/** Past all feeds. */
const LATE = '2100-01-01T00:00:00.000Z';
const afterStart = { after: cursorOf(0) };
const change = { quantityInStock: 3_000_003 };
/** The same that the other supplier sent with its key. */
export const withKey = {
  update: (idempotencyKey: string) => ({
    identifier: { skuId: 'shared' },
    quantityInStock: 5,
    idempotencyKey,
  }),
  adjust: (idempotencyKey: string) => ({
    identifier: { skuId: 'shared' },
    quantityInStockDelta: 5,
    idempotencyKey,
  }),
  bulk: (idempotencyKey: string) => ({
    updates: [{ identifier: { skuId: 'shared' }, quantityInStock: 5 }],
    idempotencyKey,
  }),
  revert: (idempotencyKey: string) => ({ changeIds: ['1'], idempotencyKey }),
};
/** What an attempt with a key says of whether it was one before. */
const byKey = (of: keyof typeof withKey, query: string): Probe => ({
  of: 'idempotencyKey',
  query: query.replace(
    / \{ (\w+)\(input: \$input\)[^]*$/,
    ' { $1(input: $input) { replayed userErrors { code } } }',
  ),
  variables: (value) => ({ input: withKey[of](value) }),
});

/** What a mutation of webhooks says of an endpoint. */
const byEndpoint = (name: string, selection: string, more: object = {}): Probe => ({
  of: 'endpointId',
  query: hookMutation(name, selection),
  variables: (endpointId) => ({ input: { endpointId, ...more } }),
});

/** By the place in the schema; what stands behind a comma is a second way to fill the same place. */
export const probes: Readonly<Record<string, Probe>> = {
  ...byIdentifier('Query.sku.by', SKU_QUERY, (v) => ({ v })),
  'Query.node.id': {
    of: 'skuId',
    query: NODE,
    variables: (id) => ({ v: nodeIdOf('Sku')(id) }),
    spelled: nodeIdOf('Sku'),
  },
  'Query.node.id, a feed': {
    of: 'feedId',
    query: NODE,
    variables: (id) => ({ v: nodeIdOf('InventoryFeed')(id) }),
    spelled: nodeIdOf('InventoryFeed'),
  },
  'Query.inventoryFeeds.after': {
    of: 'feedId',
    query: FEEDS,
    variables: (id) => ({ after: cursorOf(LATE, id) }),
    spelled: (id) => cursorOf(LATE, id),
  },
  'Query.skus.after': {
    of: 'skuId',
    query: SKUS,
    variables: (id) => ({ after: cursorOf('SKU_ID', id, id) }),
    spelled: (id) => cursorOf('SKU_ID', id, id),
  },
  'Query.skus.filter.skuIds': { of: 'skuId', query: SKUS, variables: (id) => ({ filter: { skuIds: [id] } }) },
  'Query.skus.filter.search': { of: 'skuId', query: SKUS, variables: (id) => ({ filter: { search: id } }) },
  ...byIdentifier('Query.skus.filter.identifiers', SKUS, (identifier) => ({
    filter: { identifiers: [identifier] },
  })),
  'Query.inventoryChanges.after': after(FEED),
  'Query.inventoryChanges.after, newest first': {
    ...after(BACKWARDS),
    variables: (value) => ({ after: cursorOf(Number(value)) }),
  },
  'Query.inventoryChanges.before': {
    ...after(BACKWARDS),
    variables: (value) => ({ before: cursorOf(Number(value)), last: 50, direction: 'ASC' }),
  },
  'Query.inventoryChanges.filter.actors': {
    of: 'actor',
    query: FEED,
    variables: (actor) => ({ filter: { actors: [actor] } }),
  },
  'Query.inventoryChanges.filter.actors, newest first': {
    of: 'actor',
    query: BACKWARDS,
    variables: (actor) => ({ filter: { actors: [actor] } }),
  },
  'Query.inventoryChangeGroups.after': after(CHANGE_GROUPS),
  'Query.inventoryChangeGroups.filter.actors': {
    of: 'actor',
    query: CHANGE_GROUPS,
    variables: (actor) => ({ filter: { actors: [actor] } }),
  },
  'InventoryChangeGroup.changes.after': {
    ...after(ONE_CHANGE_GROUP),
    variables: (value) => ({ afterChange: cursorOf(Number(value)) }),
  },
  'Query.inventoryChanges.filter.skuIds': {
    of: 'skuId',
    query: FEED,
    variables: (id) => ({ filter: { skuIds: [id] } }),
  },
  'Query.inventoryChanges.filter.groupId': {
    of: 'groupId',
    query: FEED,
    variables: (groupId) => ({ filter: { groupId } }),
  },
  'Sku.inventoryChanges.after': after(HISTORY),
  ...byIdentifier('Mutation.updateSkuInventory.input.identifier', UPDATE, (identifier) => ({
    input: { identifier, ...change },
  })),
  'Mutation.updateSkuInventory.input.idempotencyKey': byKey('update', UPDATE),
  ...byIdentifier('Mutation.adjustSkuInventory.input.identifier', ADJUST, (identifier) => ({
    input: { identifier, quantityInStockDelta: 1 },
  })),
  'Mutation.adjustSkuInventory.input.idempotencyKey': byKey('adjust', ADJUST),
  ...byIdentifier('Mutation.bulkUpdateSkuInventory.input.updates.identifier', BULK, (identifier) => ({
    input: { updates: [{ identifier, ...change }] },
  })),
  'Mutation.bulkUpdateSkuInventory.input.idempotencyKey': byKey('bulk', BULK),
  'Mutation.revertInventoryChanges.input.changeIds': {
    of: 'position',
    query: REVERT,
    variables: (id) => ({ input: { changeIds: [id] } }),
  },
  'Mutation.revertInventoryChanges.input.groupId': {
    of: 'groupId',
    query: REVERT,
    variables: (groupId) => ({ input: { groupId } }),
  },
  'Mutation.revertInventoryChanges.input.idempotencyKey': byKey('revert', REVERT),
  'Query.webhookEndpoint.endpointId': {
    of: 'endpointId',
    query: `query ($endpointId: ID!) { webhookEndpoint(endpointId: $endpointId) { ${ENDPOINT} } }`,
    variables: (endpointId) => ({ endpointId }),
  },
  'Mutation.createWebhookEndpoint.input.filter.skuIds': {
    of: 'skuId',
    query: CREATE_HOOK,
    variables: (id) => ({ input: { url: HOOK_URL, filter: { skuIds: [id] } } }),
  },
  'Mutation.createWebhookEndpoint.input.filter.actors': {
    of: 'actor',
    query: CREATE_HOOK,
    variables: (actor) => ({ input: { url: HOOK_URL, filter: { actors: [actor] } } }),
  },
  'Mutation.updateWebhookEndpoint.input.endpointId': byEndpoint(
    'updateWebhookEndpoint',
    `endpoint { ${ENDPOINT} }`,
    { isEnabled: true },
  ),
  'Mutation.updateWebhookEndpoint.input.endpointId, no changes': byEndpoint(
    'updateWebhookEndpoint',
    `endpoint { ${ENDPOINT} }`,
  ),
  'Mutation.rotateWebhookSecret.input.endpointId': byEndpoint('rotateWebhookSecret', 'secret'),
  'Mutation.replayWebhookEndpoint.input.endpointId': byEndpoint(
    'replayWebhookEndpoint',
    `endpoint { ${ENDPOINT} }`,
  ),
  'Mutation.pingWebhookEndpoint.input.endpointId': byEndpoint('pingWebhookEndpoint', 'messageId'),
  'Mutation.deleteWebhookEndpoint.input.endpointId': byEndpoint('deleteWebhookEndpoint', 'deletedEndpointId'),
  'Mutation.updateWebhookEndpoint.input.filter.skuIds': {
    of: 'skuId',
    query: UPDATE_HOOK,
    variables: (id) => ({ input: { endpointId: NO_HOOK, filter: { skuIds: [id] } } }),
  },
  'Mutation.updateWebhookEndpoint.input.filter.actors': {
    of: 'actor',
    query: UPDATE_HOOK,
    variables: (actor) => ({ input: { endpointId: NO_HOOK, filter: { actors: [actor] } } }),
  },
  'Mutation.replayWebhookEndpoint.input.after': {
    of: 'position',
    query: hookMutation('replayWebhookEndpoint', `endpoint { ${ENDPOINT} }`),
    variables: (value) => ({ input: { endpointId: NO_HOOK, after: cursorOf(Number(value)) } }),
    spelled: (value) => cursorOf(Number(value)),
  },
  'Mutation.replayWebhookEndpoint.input.fromChangeId': {
    of: 'position',
    query: hookMutation('replayWebhookEndpoint', `endpoint { ${ENDPOINT} }`),
    variables: (fromChangeId) => ({ input: { endpointId: NO_HOOK, fromChangeId } }),
  },
  'Subscription.inventoryFeedChanged.id': {
    of: 'feedId',
    query: FOLLOW_FEED,
    variables: (id) => ({ after: id }),
  },
  'Subscription.inventoryChanged.after': after(FOLLOW),
  'Subscription.inventoryChanged.filter.skuIds': {
    of: 'skuId',
    query: FOLLOW,
    variables: (id) => ({ ...afterStart, filter: { skuIds: [id] } }),
  },
  'Subscription.inventoryChanged.filter.actors': {
    of: 'actor',
    query: FOLLOW,
    variables: (actor) => ({ ...afterStart, filter: { actors: [actor] } }),
  },
  'Subscription.inventoryChanged.filter.groupId': {
    of: 'groupId',
    query: FOLLOW,
    variables: (groupId) => ({ ...afterStart, filter: { groupId } }),
  },
};

/** Types with a global id, which `Query.node.id` is asked for. */
export const probedNodeTypes = ['InventoryFeed', 'Sku'];

/** Everything that a supplier can read without naming anything. */
export const READ_ALL = `{ skus(first: 50) { totalCount index(every: 1) { count cursors } nodes { ${SKU} } ${PAGE} } inventoryChanges(first: 100) { nodes { ${CHANGE} } ${PAGE} }
  inventoryFeeds { nodes { ${FEED_FILE} } ${PAGE} } webhookEndpoints { ${ENDPOINT} } viewer { supplier tokenName } inventoryChangesCursor
  inventoryChangeGroups(first: 100) { nodes { groupId changeCount actor reason feed { ${FEED_FILE} } changes(first: 100) { nodes { ${CHANGE} } } } ${PAGE} } }`;

/** Names of arguments and input fields that say how much, in which order, or why: they name nothing that somebody could own. */
const namesNothing = new Set(
  `first every field direction only last changedAfter changedBefore atomicity dryRun reason referenceDocumentUri sources availability restrictions min max updatedAfter url isEnabled
  quantityInStock quantityOnBackorder quantityInStockDelta quantityOnBackorderDelta backorderDate asOf version`.split(
    /\s+/,
  ),
);

/** Every place in the schema where a client can name something: `Query.sku.by.skuId`. */
export function placesIn(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__'),
  );
  return types.flatMap((type) =>
    Object.values(isObjectType(type) ? type.getFields() : {}).flatMap((field) =>
      field.args.flatMap((arg) => leavesOf(arg.type, `${type.name}.${field.name}.${arg.name}`)),
    ),
  );
}

function leavesOf(type: GraphQLInputType, at: string): string[] {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return namesNothing.has(at.split('.').at(-1) ?? '') ? [] : [at];
  return Object.values(named.getFields()).flatMap((field) => leavesOf(field.type, `${at}.${field.name}`));
}

export function nodeTypesIn(schema: GraphQLSchema): string[] {
  const node = schema.getType('Node');
  return isInterfaceType(node) ? schema.getPossibleTypes(node).map(({ name }) => name) : [];
}
