/** What the door of feed files is given. */
import type { Feeds } from '../../domain/feed.ts';

/** Where files go. */
export interface FeedFiles {
  readonly feeds: Feeds;
  /** The spool, which exists. */
  readonly folder: string;
  readonly clock: () => Date;
  /** For how long a body may pause, in milliseconds, if not for 30 s. */
  readonly stallMs?: number | undefined;
  /** The most bytes of a file, if not 256 MiB. */
  readonly maxBytes?: number | undefined;
}
