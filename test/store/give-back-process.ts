/** A process that gives pages of the store at the URL back, until it is killed. It says when it begins. */
import { createGiveBack } from '../../src/db/history/give-back.ts';
import { openStore } from '../../src/db/store/open-store.ts';

const [url = ''] = process.argv.slice(2);
const store = await openStore(url);
const giveBack = createGiveBack(store);
await giveBack();
process.stdout.write('begun\n');
while (await giveBack());
