/** A server that answers as a test says, and keeps what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Milliseconds on the clock of `performance`. */
  readonly at: number;
}

export interface ScriptedServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  close(): void;
}

/** Answers the first request by the first step, and all after the last step by the last. */
export async function openScripted(
  ...steps: ((response: ServerResponse) => void)[]
): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const at = performance.now();
    const step = steps[Math.min(asked.length, steps.length - 1)];
    const { url = '', headers } = request;
    const place = asked.push({ path: url, headers, body: '', at }) - 1;
    void text(request).then(
      (body) => {
        asked[place] = { path: url, headers, body, at };
        return step?.(response);
      },
      () => undefined,
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return (response: ServerResponse) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
}

export const refusal = (code: string) => ({ errors: [{ message: `It is ${code}.`, extensions: { code } }] });

/** An answer with one error. */
export const refuse = (status: number, code: string, headers: Readonly<Record<string, string>> = {}) =>
  json(status, refusal(code), headers);

/** Breaks the connection without an answer. */
export const hangUp = (response: ServerResponse) => void response.destroy();
/** Never answers. */
export const saysNothing = () => undefined;
