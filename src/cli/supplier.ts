/** `stockgate supplier`: creates, lists, renames and deletes suppliers. */
import { deleteSupplier } from '../db/catalog/delete-supplier.ts';
import { withStore } from '../db/store/open-store.ts';
import type { Store } from '../db/store/store.ts';
import { createSupplier, findSupplier, listSuppliers, renameSupplier } from '../db/suppliers.ts';
import { plural } from '../feed/counts.ts';
import {
  chooseAction,
  createTerminal,
  PROGRAM,
  readOptions,
  UsageError,
  type Command,
  type Io,
} from './options/command.ts';
import { refuseName, requireSupplier } from './options/require-supplier.ts';
import { database, supplierName } from './options/settings.ts';

export const supplierCommand: Command = {
  help: `Usage: ${PROGRAM} supplier create NAME [--database URL]
       ${PROGRAM} supplier list [--database URL]
       ${PROGRAM} supplier rename NAME NEW_NAME [--database URL]
       ${PROGRAM} supplier delete NAME --confirm NAME [--database URL]

A supplier has SKUs, and tokens that may see and change them. It must exist before \`import skus\` and \`token create\` name it.
Its name has 1 to 64 letters, digits, dots, dashes and underscores.

list prints a line a supplier: name, SKUs, tokens that are not revoked, when it was created.

rename changes the name and nothing else, at once, also while gateways run. Tokens go on working, as do open streams, cursors,
requests that are under way and retries under an idempotency key. Gateways show the new name in their logs within two seconds.
A name that another supplier has is refused.

delete removes the supplier and all that it has: tokens, SKUs, codes, the history, idempotency keys. Nothing brings them back
but a backup. Repeat the name to confirm. Gateways may run: tokens end first, within two seconds on every gateway, and the rest
is removed in short transactions. If the command is stopped, run it again; until then the supplier can do nothing.

  --confirm NAME     the name of the supplier to delete, once more
  --database URL     sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)
`,
  run: async ([action, ...args], io) =>
    chooseAction({ create, list, rename, delete: remove }, action)(args, io),
};

async function create(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readOptions({ database }, ['NAME'], args, io.env);
  const name = readName(positionals[0]);
  const save = async (store: Store) => {
    if (!(await createSupplier(store, name, io.clock())))
      throw new Error(`A supplier is named ${name} already.`);
    io.err(`Created supplier ${name}.\n`);
    return 0;
  };
  return withStore(values.database, save, { mayCreate: true });
}

async function list(args: readonly string[], io: Io): Promise<number> {
  const { values } = readOptions({ database }, [], args, io.env);
  return withStore(values.database, async (store) => {
    for (const { name, skus, tokens, createdAt, isBeingDeleted } of await listSuppliers(store)) {
      const cells = [name, plural(skus, 'SKU'), plural(tokens, 'token'), `created ${createdAt}`];
      io.out([...cells, ...(isBeingDeleted ? ['being deleted'] : [])].join('\t') + '\n');
    }
    return 0;
  });
}

async function rename(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readOptions({ database }, ['NAME', 'NEW_NAME'], args, io.env);
  const [name, newName] = [readName(positionals[0]), readName(positionals[1])];
  return withStore(values.database, async (store) => {
    const supplierId = await requireSupplier(store, name);
    if (!(await renameSupplier(store, supplierId, newName)))
      throw new Error(`A supplier is named ${newName} already. ${name} keeps its name.`);
    io.err(`Supplier ${name} is now named ${newName}.\n`);
    return 0;
  });
}

async function remove(args: readonly string[], io: Io): Promise<number> {
  const confirm = { schema: supplierName.optional() };
  const { values, positionals } = readOptions({ database, confirm }, ['NAME'], args, io.env);
  const name = readName(positionals[0]);
  return withStore(values.database, async (store) => {
    const { supplierId } = (await findSupplier(store, name)) ?? (await refuseName(store, name));
    if (values.confirm !== name)
      throw new UsageError(`This deletes all of ${name}. Confirm: --confirm ${name}`);
    const { report, showProgress } = createTerminal(io);
    const onProgress = (rows: number) => showProgress(rows, 'row');
    const isGone = await deleteSupplier(store, supplierId, io.clock(), { onProgress, stop: io.stop });
    report(isGone ? `Deleted supplier ${name}.` : 'Stopped. Run the command again to delete the rest.');
    return isGone ? 0 : 1;
  });
}

function readName(text: string | undefined): string {
  const { data, error } = supplierName.safeParse(text);
  if (data === undefined) throw new UsageError(error?.issues[0]?.message ?? 'Give the supplier a name.');
  return data;
}
