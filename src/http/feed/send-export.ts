/** Answers GET /feeds/inventory.csv: the supplier's inventory, read in parts as fast as the client takes them. */
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UnavailableError } from '../../domain/unavailable.ts';
import { exportHead } from '../../feed/inventory/export-inventory.ts';
import { RefusalError } from '../edge/edge-error.ts';
import { Places } from '../fair/places.ts';
import type { Limits } from '../shared/shared-limits.ts';
import type { ExportPart, ExportRequest, HeavyWork } from '../heavy/heavy-request.ts';
import { readFilter } from './export-parameters.ts';
import * as refusals from './refusals.ts';

export interface ExportOptions {
  readonly heavyWork: HeavyWork;
  readonly closing: AbortSignal;
  /** Where exports are counted. */
  readonly limits: Limits;
}

/** Exports of one supplier that may be under way at the same time. */
const MAX_EXPORTS = 2;
/** A part that cannot be read now is asked for again after so long, in milliseconds, and so often. */
const RETRY_MS = 1_000;
const MAX_TRIES = 20;

export function sendExport({ heavyWork, closing, limits }: ExportOptions) {
  const places = new Places(MAX_EXPORTS, limits.countsOf('exports'));
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const filter = readFilter(request.url);
    if ('error' in filter) throw new RefusalError(refusals.badRequest(filter.error));
    const leave = places.enter(request.caller.supplierId);
    if (!leave) throw new RefusalError(refusals.tooManyExports);
    const left = new AbortController();
    reply.raw.once('close', () => {
      leave();
      left.abort();
    });
    const read = async (after: string | null) => {
      const wanted: ExportRequest = { supplierId: request.caller.supplierId, filter, after };
      const part = await heavyWork.readExport(wanted, left.signal);
      request.charge?.after({ scanned: part.scanned, answerBytes: part.lines.length });
      return part;
    };
    // Before the headers, so that a store in trouble is answered as it is everywhere.
    const first = await read(null);
    const over = AbortSignal.any([left.signal, closing]);
    return reply
      .headers({
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="inventory.csv"',
        'cache-control': 'no-store',
      })
      .send(Readable.from(parts(first, (after) => persist(() => read(after), over))));
  };
}

async function* parts(
  first: ExportPart,
  read: (after: string) => Promise<ExportPart>,
): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(exportHead);
  for (let part = first; ;) {
    if (part.lines.length > 0) yield part.lines;
    if (part.next === null) return;
    part = await read(part.next);
  }
}

/** A part in the middle is worth waiting for. When it cannot be had, the connection breaks off, which the client notices. */
async function persist(read: () => Promise<ExportPart>, over: AbortSignal): Promise<ExportPart> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof UnavailableError) || over.aborted || attempt >= MAX_TRIES) throw error;
      await pause(RETRY_MS);
    }
  }
}
