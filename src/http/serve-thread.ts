/** A request thread's side: answers what it is sent, each request beside the others. */
import type { MessagePort } from 'node:worker_threads';
import type { AnswerWhole } from './answer-heavy.ts';
import type { HeavyAnswer, HeavyRequest } from './heavy-request.ts';
import type { FromThread, ToThread } from './thread-messages.ts';

export function serveThread(port: MessagePort, answer: AnswerWhole): void {
  const inWork = new Map<number, AbortController>();
  const send = (message: FromThread, transfer: readonly ArrayBuffer[] = []) =>
    port.postMessage(message, [...transfer]);

  const take = async (id: number, request: HeavyRequest) => {
    const left = new AbortController();
    inWork.set(id, left);
    const answered = await answer(toBuffers(request), left.signal);
    inWork.delete(id);
    send({ kind: 'answered', id, answer: answered }, ownBuffer(answered));
  };
  port.on('message', (message: ToThread) => {
    if (message.kind === 'ping') send({ kind: 'pong' });
    else if (message.kind === 'left') inWork.get(message.id)?.abort();
    else void take(message.id, message.request);
  });
}

/** Messages bring Buffers as the Uint8Arrays that they are. */
function toBuffers(request: HeavyRequest): HeavyRequest {
  if (request.door !== 'graphql') return { ...request, body: toBuffer(request.body) };
  const { body } = request.request;
  return { ...request, request: { ...request.request, body: body && toBuffer(body) } };
}

function toBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

/** The answer's memory, where nothing else lies in it: it is handed over and not copied. */
function ownBuffer(answer: HeavyAnswer): ArrayBuffer[] {
  if (!('body' in answer)) return [];
  const { buffer, byteLength } = answer.body;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
