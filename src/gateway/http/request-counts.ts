/** Requests that another thread answered, for the metrics of the main thread. */
import type { RequestObserver, RequestRecord } from '../../http/edge/request-log.ts';

/** They are sent at the latest when there are so many. A request costs a microsecond so. */
const MOST_KEPT = 500;

type Counted = RequestRecord | 1 | -1;

/** Keeps what it observes until it is taken. */
export interface RequestCounts extends RequestObserver {
  /** All that was observed since, as text. */
  take(): string;
}

/** `send` gets what was kept when that is much. */
export function keepCounts(send: (counts: string) => void): RequestCounts {
  let kept: Counted[] = [];
  const take = () => {
    const text = JSON.stringify(kept);
    kept = [];
    return text;
  };
  const keep = (counted: Counted) => {
    if (kept.push(counted) >= MOST_KEPT) send(take());
  };
  return { answered: keep, streamed: keep, take };
}

/** Tells the observer what another thread has counted. */
export function replayCounts(text: string, observer: RequestObserver): void {
  // keepCounts wrote it.
  for (const counted of JSON.parse(text) as Counted[])
    if (typeof counted === 'number') observer.streamed(counted);
    else observer.answered(counted);
}
