/** `stockgate sku`: deletes single SKUs. */
import { deleteSku } from '../db/catalog/delete-sku.ts';
import { withStore } from '../db/store/open-store.ts';
import { chooseAction, PROGRAM, readOptions, type Command, type Io } from './options/command.ts';
import { database, supplierName } from './options/settings.ts';
import { requireSupplier } from './options/require-supplier.ts';

export const skuCommand: Command = {
  help: `Usage: ${PROGRAM} sku delete SKU_ID --supplier NAME [--database URL]

Deletes a SKU with its codes and texts, at once, also while gateways run. From then on it is in no list and no identifier names
it: an update of it is refused with SKU_NOT_FOUND. Its stock is not set to 0 first.

Its history stays for the audit: the feed \`inventoryChanges\` shows its changes, with \`sku\` null. An undo of them is refused
with SKU_NOT_FOUND. An import that lists the sku_id creates the SKU again, and its versions and its history go on.

  --supplier NAME    whose SKU it is
  --database URL     sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)

The exit code is 1 if the supplier has no such SKU.
`,
  run: async ([action, ...args], io) => chooseAction({ delete: remove }, action)(args, io),
};

async function remove(args: readonly string[], io: Io): Promise<number> {
  const options = { database, supplier: { schema: supplierName } };
  const { values, positionals } = readOptions(options, ['SKU_ID'], args, io.env);
  const [skuId = ''] = positionals;
  return withStore(values.database, async (store) => {
    const supplierId = await requireSupplier(store, values.supplier);
    const isDeleted = await deleteSku(store, supplierId, skuId, io.clock());
    io.err(
      isDeleted
        ? `Deleted SKU ${skuId} of ${values.supplier}. Its history stays.\n`
        : `Supplier ${values.supplier} has no SKU "${skuId}". A sku_id is spelled exactly, case included.\n`,
    );
    return isDeleted ? 0 : 1;
  });
}
