/** The columns of the table of feeds, without its supplier's. */
import type { FeedMode, FeedState } from '../../domain/feed.ts';
import { integer, orNull, text } from './columns.ts';

/** An ID, and then what was asked for, how far the feed has come, and its end. */
export const feedColumns = {
  feed_id: text(),
  state: text<FeedState>(),
  actor: text(),
  filename: orNull(text()),
  sheet: orNull(text()),
  mode: text<FeedMode>(),
  /** 1 or 0. */
  dry_run: integer(),
  allow_zeroing: orNull(integer()),
  as_of: text(),
  reason: orNull(text()),
  reference_document_uri: orNull(text()),
  idempotency_key: orNull(text()),
  /** 1 if the sender may not view SKUs, or 0. */
  blind: integer(),
  /** SHA-256 of the file and the parameters, in hexadecimal. */
  fingerprint: text(),
  /** How often it was begun since a part of it was stored last. */
  starts: integer(),
  /** Counts what was saved: it is greater after each step. */
  revision: integer(),
  rows_read: integer(),
  rows_done: integer(),
  /** JSON: where applying goes on after a restart (feeds.ts); null before it begins. */
  progress: orNull(text()),
  /** JSON: the problems so far. They change seldom, so saving progress does not write them each time. */
  problems: orNull(text()),
  /** JSON: a FeedReport. */
  report: orNull(text()),
  /** JSON: a FeedRefusal. */
  refusal: orNull(text()),
  created_at: text(),
  started_at: orNull(text()),
  finished_at: orNull(text()),
};
