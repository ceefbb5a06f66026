/** The rows of the table: what is compared with which peer, and the target of each row. */
import { limitRows } from './limit-rows.ts';
import type { Row } from './row.ts';
import { throughputRows } from './throughput-rows.ts';

export const rows: readonly Row[] = [...throughputRows, ...limitRows];
