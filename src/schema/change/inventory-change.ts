/** The type `InventoryChange`. */
import {
  changeSources,
  type ChangeSource,
  type InventoryChange as DomainChange,
} from '../../domain/change.ts';
import type { InventoryState as DomainState } from '../../domain/sku.ts';
import { builder } from '../builder/builder.ts';
import { enumValues } from '../builder/enum-values.ts';
import { Sku, SkuRestriction } from '../sku/sku.ts';

const sourceDescriptions: Record<ChangeSource, string> = {
  GRAPHQL: 'A GraphQL mutation other than `revertInventoryChanges`.',
  REST: 'The legacy REST path for one SKU.',
  REST_BULK: 'The legacy REST path for many SKUs.',
  IMPORT: 'A CSV import.',
  FEED: 'An inventory file.',
  REVERT: 'The mutation `revertInventoryChanges`.',
};

/** The sources of changes as a GraphQL enum. */
export const ChangeSourceEnum = builder.enumType('InventoryChangeSource', {
  description: 'What made a change.',
  values: enumValues(changeSources, sourceDescriptions),
});

const InventoryState = builder.objectRef<DomainState>('InventoryState').implement({
  description: "A SKU's inventory before or after a change.",
  fields: (t) => ({
    quantityInStock: t.exposeInt('quantityInStock', { description: 'Units in stock.' }),
    quantityOnBackorder: t.exposeInt('quantityOnBackorder', {
      description: 'Units on backorder.',
    }),
    restrictions: t.expose('restrictions', {
      type: SkuRestriction,
      nullable: true,
      description: 'The restriction; null if there was none.',
    }),
    backorderDate: t.expose('backorderDate', {
      type: 'Date',
      nullable: true,
      description: 'When the units on backorder were expected; null if no date was known.',
    }),
  }),
});

const InventoryDelta = builder.objectRef<DomainChange>('InventoryDelta').implement({
  description:
    'How much the quantities changed, in units. A negative number means that the quantity went down.',
  fields: (t) => ({
    quantityInStock: t.int({
      description: 'Units in stock after the change, minus units before it.',
      resolve: ({ before, after }) => after.quantityInStock - before.quantityInStock,
    }),
    quantityOnBackorder: t.int({
      description: 'Units on backorder after the change, minus units before it.',
      resolve: ({ before, after }) => after.quantityOnBackorder - before.quantityOnBackorder,
    }),
  }),
});

/** The type `InventoryChange`. */
export const InventoryChange = builder.objectRef<DomainChange>('InventoryChange').implement({
  description: 'One applied update. Changes are never edited or deleted.',
  fields: (t) => ({
    id: t.id({
      nullable: true,
      description:
        'The ID for `changeIds` of `revertInventoryChanges`. Null in a dry run, which stores no change.',
      resolve: ({ position }) => (position === null ? null : String(position)),
    }),
    skuId: t.exposeString('skuId', { description: 'The skuId of the SKU that changed.' }),
    sku: t.field({
      type: Sku,
      nullable: true,
      description: 'The SKU as it is now. Null after the SKU was deleted.',
      resolve: ({ skuId }, _args, { loaders }) => loaders().skus.load(skuId),
    }),
    version: t.exposeInt('version', { description: "The SKU's version after the change." }),
    before: t.expose('before', { type: InventoryState, description: 'The inventory before the change.' }),
    after: t.expose('after', { type: InventoryState, description: 'The inventory after the change.' }),
    delta: t.field({
      type: InventoryDelta,
      description: 'How much the quantities changed.',
      resolve: (change) => change,
    }),
    source: t.expose('source', { type: ChangeSourceEnum, description: 'What made the change.' }),
    actor: t.exposeString('actor', { description: 'The name of the token that made the change.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'The reason that the caller gave.' }),
    referenceDocumentUri: t.exposeString('referenceDocumentUri', {
      nullable: true,
      description:
        'The URI of the document behind the change, such as an order, a delivery or a stock count.',
    }),
    groupId: t.exposeString('groupId', {
      nullable: true,
      description:
        'Shared by all changes of one bulk call, one import or one undo. Null for a single update.',
    }),
    changedAt: t.expose('changedAt', {
      type: 'DateTime',
      description: 'When the change was made. It is never earlier than the previous change of the same SKU.',
    }),
    asOf: t.expose('asOf', {
      type: 'DateTime',
      nullable: true,
      description:
        'The `asOf` that the caller gave. Null if it gave none: the update was then true when it arrived.',
    }),
  }),
});
