/** `stockgate token`: creates, lists and revokes tokens. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { openStore } from '../db/store/open-store.ts';
import type { Store } from '../db/store/store.ts';
import { saveSupplier } from '../db/suppliers.ts';
import { listTokens, revokeToken, saveToken } from '../db/tokens.ts';
import { permissions, roles } from '../domain/caller.ts';
import { database, supplierName } from './settings.ts';
import { PROGRAM, readOptions, UsageError, type Command, type Io, type Option } from './command.ts';

/** Random bytes in a token; written as hexadecimal, as the legacy server's were. */
const TOKEN_BYTES = 20;
const MAX_NAME_LENGTH = 64;
const unitsMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const createOptions = {
  database,
  supplier: { schema: supplierName },
  role: { schema: z.enum(roles, `Give ${roles.join(' or ')}.`).default('supplier') },
  permission: {
    multiple: true,
    schema: z.array(z.enum(permissions, `Give ${permissions.join(' or ')}.`)).default([...permissions]),
  },
  expires: {
    schema: z
      .string()
      .regex(/^[1-9]\d{0,5}[mhd]$/, 'Give minutes, hours or days: 30m, 12h, 90d.')
      .optional(),
  },
  name: {
    schema: z
      .string()
      .regex(
        new RegExp(`^[^\\p{C}]{1,${MAX_NAME_LENGTH}}$`, 'u'),
        `Give 1 to ${MAX_NAME_LENGTH} printable characters.`,
      )
      .optional(),
  },
} satisfies Record<string, Option>;

export const tokenCommand: Command = {
  help: `Usage: ${PROGRAM} token create --supplier NAME [--role supplier|retailer]
             [--permission P ...] [--expires 90d] [--name NAME] [--database URL]
       ${PROGRAM} token list [--database URL]
       ${PROGRAM} token revoke ID [--database URL]

create prints the token, once: only its SHA-256 is stored. A new supplier comes into being with its first token.

  --supplier NAME    whose SKUs it is for: 1 to 64 letters, digits, dots, dashes, underscores
  --role ROLE        supplier (default) or retailer; a retailer's token can change nothing
  --permission P     edit_items or view_items; may be given several times (default both)
  --expires TIME     for how long it is good: 30m, 12h, 90d (default for ever)
  --name NAME        what history calls it; unique for the supplier (default token- and eight random digits)
  --database URL     sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)

list prints a line a token: id, supplier, name, role, permissions, created, expires, revoked.
revoke takes effect within five seconds on every running gateway, and ends the live streams that are open.
`,
  run: async ([action, ...args], io) => {
    const actions: Readonly<Record<string, typeof create>> = { create, list, revoke };
    const act = action !== undefined && Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (!act) throw new UsageError('Give one of create, list, revoke.');
    return act(args, io);
  },
};

async function create(args: readonly string[], io: Io): Promise<number> {
  const { values } = readOptions(createOptions, [], args, io.env);
  return withStore(values.database, async (store) => {
    const now = io.clock();
    if (await saveSupplier(store, values.supplier, now)) io.err(`Created supplier ${values.supplier}.\n`);
    const token = randomBytes(TOKEN_BYTES).toString('hex');
    const saved = await saveToken(
      store,
      token,
      {
        supplierId: values.supplier,
        name: values.name ?? `token-${randomBytes(4).toString('hex')}`,
        role: values.role,
        permissions: values.permission,
        expiresAt: values.expires ? expiryOf(values.expires, now) : null,
      },
      now,
    );
    if (!saved) throw new Error(`Supplier ${values.supplier} has a token named "${values.name}" already.`);
    io.out(`${token}\n`);
    return 0;
  });
}

function expiryOf(duration: string, now: Date): string {
  const unit = z.enum(['m', 'h', 'd']).parse(duration.at(-1));
  return new Date(now.getTime() + Number(duration.slice(0, -1)) * unitsMs[unit]).toISOString();
}

async function list(args: readonly string[], io: Io): Promise<number> {
  const { values } = readOptions({ database }, [], args, io.env);
  return withStore(values.database, async (store) => {
    for (const token of await listTokens(store)) {
      const { id, supplierId, name, role, permissions: granted, createdAt, expiresAt, revokedAt } = token;
      const state = [
        `created ${createdAt}`,
        `expires ${expiresAt ?? 'never'}`,
        revokedAt && `revoked ${revokedAt}`,
      ];
      io.out([id, supplierId, name, role, granted.join(' '), ...state.filter(Boolean)].join('\t') + '\n');
    }
    return 0;
  });
}

async function revoke(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readOptions({ database }, ['ID'], args, io.env);
  const [id = ''] = positionals;
  return withStore(values.database, async (store) => {
    if (await revokeToken(store, id, io.clock())) return 0;
    io.err(`No token that is in force has the id "${id}"; \`${PROGRAM} token list\` shows all.\n`);
    return 1;
  });
}

async function withStore<T>(url: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(url);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
