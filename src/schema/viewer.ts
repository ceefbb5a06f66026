/** The query `viewer`: whom the token speaks for, and what it permits. */
import { builder } from './builder/builder.ts';
import type { Context } from './builder/context.ts';

const PermissionEnum = builder.enumType('Permission', {
  description: 'What a token permits.',
  values: {
    EDIT_ITEMS: { value: 'edit_items', description: 'Mutations. The command line spells it `edit_items`.' },
    VIEW_ITEMS: {
      value: 'view_items',
      description: "Queries, subscriptions and SKUs' states. The command line spells it `view_items`.",
    },
    MANAGE_WEBHOOKS: {
      value: 'manage_webhooks',
      description:
        'Webhook endpoints, together with `VIEW_ITEMS`. The command line spells it `manage_webhooks`.',
    },
  } as const,
});

const Viewer = builder.objectRef<Context['caller']>('Viewer').implement({
  description: 'The token of this request, and the supplier that it speaks for.',
  fields: (t) => ({
    supplier: t.exposeString('supplierName', { description: "The supplier's present name." }),
    tokenName: t.exposeString('actor', {
      description: "The token's name. Changes that it makes keep this name as `actor`.",
    }),
    permissions: t.expose('permissions', {
      type: [PermissionEnum],
      description: 'What the token permits.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the token expires; null if it never does.',
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description:
      'Whom your token speaks for. Needs no permission, unless the operation selects other fields too.',
    resolve: (_root, _args, { caller }) => caller,
  }),
);
