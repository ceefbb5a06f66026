/** What is wrong for a long time is told now and then, not each second. */
import { UnavailableError } from '../../domain/unavailable.ts';

/** The same complaint is told again after so long: 10 minutes. */
const AGAIN_MS = 600_000;
/** Different complaints within that time. Others are dropped. */
const MAX_TOLD = 1_000;

export class Complaints {
  readonly #report: (error: unknown) => void;
  /** When each text was told last. */
  readonly #told = new Map<string, number>();

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** `where` stands before the error's own text. Trouble of the store is told elsewhere. */
  tell(where: string, error: unknown): void {
    if (error instanceof UnavailableError) return;
    const text = `${where}: ${error instanceof Error ? error.message : String(error)}`;
    const now = performance.now();
    for (const [told, at] of this.#told) if (now - at >= AGAIN_MS) this.#told.delete(told);
    if (this.#told.has(text) || this.#told.size >= MAX_TOLD) return;
    this.#told.set(text, now);
    this.#report(new Error(text, { cause: error }));
  }
}
