/** `stockgate token`: creates, lists, rotates and revokes tokens. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { withStore } from '../db/store/open-store.ts';
import { listTokens, revokeToken, rotateToken, saveToken, type TokenListing } from '../db/tokens.ts';
import { permissions, roles } from '../domain/caller.ts';
import { database, supplierName } from './options/settings.ts';
import { requireSupplier } from './options/require-supplier.ts';
import { chooseAction, PROGRAM, readOptions, type Command, type Io, type Option } from './options/command.ts';

/** Random bytes in a token. It is written in hexadecimal, as the legacy server's tokens were. */
const TOKEN_BYTES = 20;
const MAX_NAME_LENGTH = 64;
/** How an operator writes how long something lasts. */
const DURATION = /^[1-9]\d{0,5}[mhd]$/;
const unitsMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const expires = {
  schema: z.string().regex(DURATION, 'Give minutes, hours or days: 30m, 12h, 90d.').optional(),
};

const createOptions = {
  database,
  supplier: { schema: supplierName },
  role: { schema: z.enum(roles, `Give ${roles.join(' or ')}.`).default('supplier') },
  permission: {
    multiple: true,
    // Endpoints send changes to other programs, so managing them must be asked for.
    schema: z
      .array(z.enum(permissions, `Give ${permissions.join(' or ')}.`))
      .default(['edit_items', 'view_items']),
  },
  expires,
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

const rotateOptions = {
  database,
  expires,
  'old-valid': {
    schema: z
      .string()
      .refine(
        (text) => text === '0' || DURATION.test(text),
        'Give minutes, hours or days, or 0: 30m, 12h, 7d.',
      )
      .default('24h'),
  },
} satisfies Record<string, Option>;

export const tokenCommand: Command = {
  help: `Usage: ${PROGRAM} token create --supplier NAME [--role supplier|retailer]
             [--permission P ...] [--expires 90d] [--name NAME] [--database URL]
       ${PROGRAM} token list [--database URL]
       ${PROGRAM} token rotate ID [--old-valid 24h] [--expires 90d] [--database URL]
       ${PROGRAM} token revoke ID [--database URL]

create prints the token, once: only its SHA-256 is stored. The supplier must exist: see ${PROGRAM} supplier --help.

  --supplier NAME    whose SKUs it is for
  --role ROLE        supplier (default) or retailer; a retailer's token can change nothing
  --permission P     edit_items, view_items or manage_webhooks; may be given several times (default the first two)
  --expires TIME     how long it is valid: 30m, 12h, 90d (default: it does not expire)
  --name NAME        its name in the history; unique for the supplier (default token- and eight random digits)
  --database URL     sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)

list prints a line a token: id, supplier, name, role, permissions, created, expires, the day (UTC) of its last use, until when a replaced one
is good too, revoked.
rotate replaces a token by a new one of the same name, role and permissions, and prints it, once. It has a new id.

  --old-valid TIME   for how long the old token is good too: 30m, 12h, 7d, or 0 (default 24h)
  --expires TIME     as for create (default: when the old one would)

revoke takes effect within five seconds on every running gateway, and ends the live streams that are open. A token that was replaced ends with it.
`,
  run: async ([action, ...args], io) => chooseAction({ create, list, rotate, revoke }, action)(args, io),
};

async function create(args: readonly string[], io: Io): Promise<number> {
  const { values } = readOptions(createOptions, [], args, io.env);
  return withStore(values.database, async (store) => {
    const now = io.clock();
    const supplierId = await requireSupplier(store, values.supplier);
    const token = createToken();
    const saved = await saveToken(
      store,
      token,
      {
        supplierId,
        name: values.name ?? `token-${randomBytes(4).toString('hex')}`,
        role: values.role,
        permissions: values.permission,
        expiresAt: values.expires ? expiryOf(values.expires, now) : null,
      },
      now,
    );
    if (values.permission.includes('manage_webhooks') && !values.permission.includes('view_items'))
      io.err('manage_webhooks needs view_items too, because webhooks show changes.\n');
    if (!saved) throw new Error(`Supplier ${values.supplier} has a token named "${values.name}" already.`);
    io.out(`${token}\n`);
    return 0;
  });
}

function createToken(): string {
  return randomBytes(TOKEN_BYTES).toString('hex');
}

/** The time after `now` in ISO 8601. `duration` is a number and a unit, such as `90d`, or `0`. */
function expiryOf(duration: string, now: Date): string {
  if (duration === '0') return now.toISOString();
  const unit = z.enum(['m', 'h', 'd']).parse(duration.at(-1));
  return new Date(now.getTime() + Number(duration.slice(0, -1)) * unitsMs[unit]).toISOString();
}

async function list(args: readonly string[], io: Io): Promise<number> {
  const { values } = readOptions({ database }, [], args, io.env);
  const now = io.clock().getTime();
  return withStore(values.database, async (store) => {
    for (const token of await listTokens(store)) {
      const {
        id,
        supplierName: supplier,
        name,
        role,
        permissions: granted,
        createdAt,
        expiresAt,
        revokedAt,
        lastUsedOn,
        previousUntil,
      } = token;
      const state = [
        `created ${createdAt}`,
        `expires ${expiresAt ?? 'never'}`,
        `used ${lastUsedOn ?? 'never'}`,
        previousUntil !== null && Date.parse(previousUntil) > now && `old one good until ${previousUntil}`,
        revokedAt && `revoked ${revokedAt}`,
      ];
      io.out([id, supplier, name, role, granted.join(' '), ...state.filter(Boolean)].join('\t') + '\n');
    }
    return 0;
  });
}

async function rotate(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readOptions(rotateOptions, ['ID'], args, io.env);
  const [id = ''] = positionals;
  return withStore(values.database, async (store) => {
    const now = io.clock();
    const tokens = await listTokens(store);
    const old = tokens.find((token) => token.id === id && token.revokedAt === null);
    if (!old) return unknown(id, tokens, io);
    const expiresAt = values.expires && expiryOf(values.expires, now);
    if (!expiresAt && old.expiresAt !== null && Date.parse(old.expiresAt) <= now.getTime())
      throw new Error(`The token expired at ${old.expiresAt}: give --expires.`);
    const token = createToken();
    const previousUntil = expiryOf(values['old-valid'], now);
    if (!(await rotateToken(store, id, { token, previousUntil, expiresAt }))) return unknown(id, tokens, io);
    io.out(`${token}\n`);
    io.err(`The old token of ${old.supplierName} named "${old.name}" is good until ${previousUntil}.\n`);
    return 0;
  });
}

async function revoke(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readOptions({ database }, ['ID'], args, io.env);
  const [id = ''] = positionals;
  return withStore(values.database, async (store) =>
    (await revokeToken(store, id, io.clock())) ? 0 : unknown(id, await listTokens(store), io),
  );
}

function unknown(id: string, tokens: readonly TokenListing[], io: Io): number {
  const next = tokens.find(({ previousId }) => previousId === id);
  const hint = next ? `it was replaced by ${next.id}` : `\`${PROGRAM} token list\` shows all`;
  io.err(`No token that is in force has the id "${id}"; ${hint}.\n`);
  return 1;
}
