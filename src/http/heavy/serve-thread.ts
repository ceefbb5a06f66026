/** The message loop of a thread that does heavy work for another one. */
import type { MessagePort } from 'node:worker_threads';
import { toFault, type HeavyRequest, type HeavyWork } from './heavy-request.ts';
import type { FromThread, ThreadCall, ThreadResult, ToThread } from './thread-messages.ts';

/**
 * Runs each call that arrives on `port`, several at a time, and sends back its result or its fault. A message `left` aborts the signal of
 * its call.
 */
export function serveThread(port: MessagePort, work: HeavyWork): void {
  const inWork = new Map<number, AbortController>();
  const send = (message: FromThread, transfer: readonly ArrayBuffer[] = []) =>
    port.postMessage(message, [...transfer]);

  const perform = (call: ThreadCall, left: AbortSignal): Promise<ThreadResult> => {
    switch (call.name) {
      case 'answer':
        return work.answer(toBuffers(call.request), left, call.lane);
      case 'readPage':
        return work.readPage(call.request, left);
      case 'readExport':
        return work.readExport(call.request, left);
    }
  };

  const take = async (id: number, call: ThreadCall) => {
    const left = new AbortController();
    inWork.set(id, left);
    try {
      const result = await perform(call, left.signal);
      send({ kind: 'result', id, result }, ownMemory(result));
    } catch (error) {
      send({ kind: 'fault', id, fault: toFault(error) });
    } finally {
      inWork.delete(id);
    }
  };
  port.on('message', (message: ToThread) => {
    if (message.kind === 'ping') send({ kind: 'pong' });
    else if (message.kind === 'left') inWork.get(message.id)?.abort();
    else void take(message.id, message.call);
  });
}

/** Restores the body as a Buffer: structured cloning turns a Buffer into a plain Uint8Array. */
function toBuffers(request: HeavyRequest): HeavyRequest {
  if (request.door !== 'graphql') return { ...request, body: toBuffer(request.body) };
  const { body } = request.request;
  return { ...request, request: { ...request.request, body: body && toBuffer(body) } };
}

function toBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

/** The memory of the result, which is then transferred and not copied. Memory that the result shares with other Buffers stays here. */
function ownMemory(result: ThreadResult): ArrayBuffer[] {
  const bytes = bytesOf(result);
  if (!bytes) return [];
  const { buffer, byteLength } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}

function bytesOf(result: ThreadResult): Uint8Array | undefined {
  if ('body' in result) return result.body;
  if ('events' in result) return result.events;
  return 'lines' in result ? result.lines : undefined;
}
