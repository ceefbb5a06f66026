/** The query `inventoryChangeGroups`: what happened, by bulk calls, imports, undos and single updates. */
import { z } from 'zod';
import type { InventoryChange as DomainChange } from '../../domain/change.ts';
import { builder } from '../builder/builder.ts';
import { MAX_GROUP_COUNT, type Loaders } from '../builder/context.ts';
import { pageArgs, toConnection } from '../builder/page.ts';
import { toTwoWayConnection, toTwoWayPage } from '../builder/two-way-page.ts';
import { originFields, originShapes, toOrigin } from './change-filter.ts';
import { ChangeSourceEnum } from './inventory-change.ts';
import { InventoryChangeConnection, MAX_PAGE_SCAN } from './inventory-changes.ts';
import { cursorOf, decodePlace, encodePlace, requirePlaces } from './log-cursor.ts';

/** A group is known by its newest change. The room of feeds adds the field `feed`. */
export const InventoryChangeGroup = builder.objectRef<DomainChange>('InventoryChangeGroup').implement({
  description:
    'The changes of one bulk call, one import, one feed or one undo; or a single update. The fields `source`, `actor`, `reason` and `referenceDocumentUri` are those of its newest change.',
  fields: (t) => ({
    groupId: t.exposeString('groupId', {
      nullable: true,
      description: 'The ID for `groupId` of `revertInventoryChanges`. Null for a single update.',
    }),
    changeCount: t.int({
      nullable: true,
      description: `The number of changes. Null if there are more than ${MAX_GROUP_COUNT}. Counted only if selected.`,
      resolve: async (group, _args, { loaders }) => {
        const count = await countOf(group, loaders());
        return count > MAX_GROUP_COUNT ? null : count;
      },
    }),
    changeCountIsAtLeast: t.int({
      description: `The least number of changes: \`changeCount\`, or ${MAX_GROUP_COUNT} if there are more. Counted only if selected.`,
      resolve: async (group, _args, { loaders }) =>
        Math.min(await countOf(group, loaders()), MAX_GROUP_COUNT),
    }),
    source: t.expose('source', { type: ChangeSourceEnum, description: 'What made the changes.' }),
    actor: t.exposeString('actor', { description: 'The name of the token that made the changes.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'The reason that the caller gave.' }),
    referenceDocumentUri: t.exposeString('referenceDocumentUri', {
      nullable: true,
      description: 'The URI of the document behind the changes.',
    }),
    firstChangedAt: t.field({
      type: 'DateTime',
      description: 'When the oldest change was made.',
      resolve: async (group, _args, { loaders }) => {
        const [first = group] = await pageOf(group, 0, 1, loaders());
        return first.changedAt;
      },
    }),
    lastChangedAt: t.expose('changedAt', {
      type: 'DateTime',
      description: 'When the newest change was made.',
    }),
    changes: t.field({
      type: InventoryChangeConnection,
      description: 'The changes, oldest first.',
      args: pageArgs('changes'),
      resolve: async (group, { first, after }, context) => {
        const behind = decodePlace(after);
        const changes = await pageOf(group, behind?.position ?? 0, first + 1, context.loaders());
        if (behind) await requirePlaces(context, { behind });
        return toConnection(changes, first, after, cursorOf);
      },
    }),
  }),
});

async function countOf({ groupId }: DomainChange, loaders: Loaders): Promise<number> {
  return groupId === null ? 1 : loaders.groupSizes.load(groupId);
}

async function pageOf(
  group: DomainChange,
  behind: number,
  limit: number,
  loaders: Loaders,
): Promise<readonly DomainChange[]> {
  if (group.groupId !== null) return loaders.groupPages.load({ groupId: group.groupId, behind, limit });
  return (group.position ?? 0) > behind ? [group] : [];
}

const InventoryChangeGroupConnection = builder.connectionObject(
  {
    type: InventoryChangeGroup,
    name: 'InventoryChangeGroupConnection',
    description: 'A page of groups of changes.',
  },
  { name: 'InventoryChangeGroupEdge', description: 'A group of changes and its cursor.' },
);

const InventoryChangeGroupFilterInput = builder.inputType('InventoryChangeGroupFilterInput', {
  description: 'Conditions on groups of changes. The newest change of a group must meet all that are given.',
  validate: z.looseObject(originShapes),
  fields: (t) => originFields(t),
});

builder.queryField('inventoryChangeGroups', (t) =>
  t.field({
    type: InventoryChangeGroupConnection,
    description:
      'What happened to your SKUs: bulk calls, imports, feeds, undos and single updates, newest first. A group stands where its newest change is. ' +
      `A page examines at most ${MAX_PAGE_SCAN} changes. It can therefore hold fewer than \`first\` groups, or none, while \`hasNextPage\` is true. Continue from its \`endCursor\`.`,
    args: {
      ...pageArgs('groups'),
      filter: t.arg({ type: InventoryChangeGroupFilterInput, description: 'Conditions on groups.' }),
    },
    resolve: async (_root, { first, after, filter }, context) => {
      const { caller, inventory, meter } = context;
      const { supplierId } = caller;
      const from = decodePlace(after);
      const start = from?.position ?? (await inventory.lastPosition(supplierId)) + 1;
      const size = { limit: first + 1, maxScan: MAX_PAGE_SCAN };
      const window = await inventory.newestOfGroups(supplierId, start, toOrigin(filter), size, meter);
      const isShort = window.changes.length <= first && window.position !== start;
      const reached = isShort ? window.position : undefined;
      const marks = from || isShort ? await requirePlaces(context, { before: from, reached }) : undefined;
      return toTwoWayConnection(
        window.changes,
        toTwoWayPage({ first, after }),
        cursorOf,
        isShort && marks
          ? { cursor: encodePlace(marks.placeAt(window.position)), isEnd: window.isEnd }
          : undefined,
      );
    },
  }),
);
