/** The rejected rows of a feed as CSV in the spool. After a restart the file goes on where the feed does. */
import { open, rm, type FileHandle } from 'node:fs/promises';
import type { FileHead } from '../../feed/inventory/inventory-file.ts';
import {
  createRejectedRows,
  type RejectedRow,
  type RejectedRowsFormat,
} from '../../feed/inventory/rejected-rows.ts';

const OWNER_ONLY = 0o600;

export class RejectedRowsFile implements AsyncDisposable {
  readonly #path: string;
  readonly #file: FileHandle;
  #format: RejectedRowsFormat | undefined;
  #bytes: number;
  #isSynced = true;

  private constructor(path: string, file: FileHandle, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.#bytes = bytes;
  }

  /** Opens the file and cuts it off after `bytes`: later rows were written and not saved. */
  static async open(path: string, bytes: number): Promise<RejectedRowsFile> {
    const file = await open(path, 'a', OWNER_ONLY);
    try {
      // Another program with a spool of its own may have written the earlier rows. Then the file begins here.
      const kept = (await file.stat()).size < bytes ? 0 : bytes;
      await file.truncate(kept);
      return new RejectedRowsFile(path, file, kept);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Call it before the first row. */
  begin({ header, delimiter }: FileHead): void {
    this.#format = createRejectedRows(header, delimiter);
  }

  async write(rejected: readonly RejectedRow[]): Promise<void> {
    const format = this.#format;
    if (!format) return;
    const lines = rejected.map((row) => format.format(row)).join('');
    const bytes = Buffer.from(this.#bytes === 0 ? format.head + lines : lines);
    await this.#file.appendFile(bytes);
    this.#bytes += bytes.length;
    this.#isSynced = false;
  }

  /** Resolves with the file's length once all of it is on disk. */
  async sync(): Promise<number> {
    if (!this.#isSynced) await this.#file.sync();
    this.#isSynced = true;
    return this.#bytes;
  }

  /** A file without rows is removed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    if (this.#bytes === 0) await rm(this.#path, { force: true });
  }
}
