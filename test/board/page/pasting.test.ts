/** Pasting into the board: a block of cells is one call and one undo, and changes no other cell. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  openBoard,
  openBoardStage,
  signIn,
  storedSku,
  type BoardStage,
  type BoardWindow,
} from '../../support/machine/board-window.ts';
import { lacksBrowser, patience } from '../../support/machine/browser.ts';
import { indices } from '../../support/range.ts';

const SKUS = 1_200;
const nameOf = (n: number) => `item-${String(n).padStart(4, '0')}`;
const skus = indices(SKUS).map((n) => ({ skuId: nameOf(n), quantityInStock: 5 }));

describe.skipIf(lacksBrowser)('Pasting into the board', { timeout: 90_000 }, () => {
  let stage: BoardStage;
  let board: BoardWindow;
  beforeAll(async () => {
    stage = await openBoardStage(skus);
    board = await openBoard(stage, { permissions: ['clipboard-read', 'clipboard-write'] });
    await signIn(board);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const notice = () => board.page.locator('.notice').innerText();
  const paste = async (text: string, skuId: string, column: string) => {
    await board.page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
    await board.cell(skuId, column).click();
    await board.page.keyboard.press('ControlOrMeta+V');
  };

  test('takes a block as Excel copies it, and no cell beyond it', async () => {
    await paste('7\t1\r\n8\t\r\n9\t3\r\n', nameOf(10), 'In stock');
    await expect.poll(notice, patience).toContain('3 rows pasted: 3 changed.');
    expect(await storedSku(stage, nameOf(10))).toMatchObject({ quantityInStock: 7, quantityOnBackorder: 1 });
    // An empty cell leaves the value as it is.
    expect(await storedSku(stage, nameOf(11))).toMatchObject({ quantityInStock: 8, quantityOnBackorder: 0 });
    expect(await storedSku(stage, nameOf(12))).toMatchObject({ quantityInStock: 9, quantityOnBackorder: 3 });
    expect(await storedSku(stage, nameOf(13))).toMatchObject({ version: 0 });
    expect(await storedSku(stage, nameOf(9))).toMatchObject({ version: 0 });
  });

  test('takes 1,000 rows, most of which were never on the screen, and undoes them as one', async () => {
    const block = indices(1_000).map((n) => `${100 + n}\n`);
    await paste(block.join(''), nameOf(20), 'In stock');
    await expect.poll(notice, patience).toContain('1,000 rows pasted: 1,000 changed.');
    expect(await storedSku(stage, nameOf(20))).toMatchObject({ quantityInStock: 100 });
    expect(await storedSku(stage, nameOf(1_019))).toMatchObject({ quantityInStock: 1_099 });
    await board.page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(notice, patience).toContain('Undone: 1,000 SKUs.');
    expect(await storedSku(stage, nameOf(1_019))).toMatchObject({ quantityInStock: 5, version: 2 });
  });

  test.each([
    [
      'a text among the numbers',
      '1\nmany\n3',
      'In stock',
      '"many" is no value of In stock. Nothing was changed.',
    ],
    [
      'a block over a column that cannot be edited',
      '1\t2\tdiscontd\tx',
      'In stock',
      'the column Availability',
    ],
    ['more rows than follow', '1\n'.repeat(1_300), 'In stock', 'Nothing was changed.'],
    ['too many cells', '1\t2\n'.repeat(5_001), 'In stock', 'are too many for one paste'],
  ])('says what is wrong with %s, and changes nothing', async (_what, text, column, words) => {
    await paste(text, nameOf(2), column);
    await expect.poll(notice, patience).toContain(words);
    expect(await storedSku(stage, nameOf(2))).toMatchObject({ version: 0 });
  });

  test('lists codes and quantities from anywhere, shows what changes, and applies it', async () => {
    const { page } = board;
    await page.getByRole('button', { name: 'Paste list' }).click();
    await page
      .getByRole('textbox', { name: 'Codes and quantities' })
      .fill(`code\tquantity\n${nameOf(3)}\t12\n${nameOf(4)}\t13\nitem-none\t1\n`);
    await page.getByRole('button', { name: 'Check 3 rows' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import' });
    await expect
      .poll(() => dialog.innerText(), patience)
      .toMatch(/Will change\s+2\s[^]*Wrong, and left out\s+1\s/);
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await dialog.getByRole('button', { name: 'Undo' }).waitFor();
    expect(await storedSku(stage, nameOf(4))).toMatchObject({ quantityInStock: 13 });
  });
});
