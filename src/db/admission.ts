/** Bounds what waits to be written: past it a request is refused at once, before it waits for longer than its client does. */
import { UnavailableError } from '../unavailable.ts';

/** Requests and their rows, in work or waiting, at most: about a second of work. An idle queue takes a request of any size. */
const MAX_REQUESTS = 4_000;
const MAX_ROWS = 40_000;

/** Runs the work, unless too much is under way: then it throws UnavailableError. */
export type Admit = <T>(rows: number, work: () => Promise<T>) => Promise<T>;

export function createAdmission(): Admit {
  let requests = 0;
  let allRows = 0;
  return async (rows, work) => {
    if (requests > 0 && (requests >= MAX_REQUESTS || allRows + rows > MAX_ROWS)) {
      throw new UnavailableError('OVERLOADED');
    }
    requests += 1;
    allRows += rows;
    try {
      return await work();
    } finally {
      requests -= 1;
      allRows -= rows;
    }
  };
}
