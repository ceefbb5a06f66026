/** A receiver of webhooks over HTTP on the loopback interface. It verifies each message as the specification's library does. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

/** A message that was verified. */
export interface Verified {
  readonly id: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  readonly type: string;
  readonly positions: readonly number[];
}

export interface Receiver {
  readonly url: string;
  readonly verified: Verified[];
  /** What the library refused. */
  readonly refused: string[];
  /** The secret that it knows. */
  secret: string;
  /** Answers a message that was verified: by default with 204. */
  answer: (response: ServerResponse, message: Verified) => void;
  close(): void;
}

export async function openReceiver(): Promise<Receiver> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const message = verify(receiver, await text(request), request.headers);
    if (message) receiver.answer(response, message);
    else response.writeHead(401).end();
  };
  const server = createServer(
    (request, response) => void answer(request, response).catch(() => response.destroy()),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    ...{ verified: [], refused: [], secret: '' },
    answer: (response) => void response.writeHead(204).end(),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}

function verify(
  { secret, verified, refused }: Receiver,
  body: string,
  headers: IncomingHttpHeaders,
): Verified | null {
  try {
    const { type, data } = new Webhook(secret).verify(body, headers as Record<string, string>) as {
      type: string;
      data: { changes?: { id: string }[] };
    };
    const positions = (data.changes ?? []).map((change) => Number(change.id));
    const message = { id: String(headers['webhook-id']), body, headers, type, positions };
    verified.push(message);
    return message;
  } catch (error) {
    refused.push(String(error));
    return null;
  }
}
