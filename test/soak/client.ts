/** A client with several kept-alive connections. Each sends its next request when the last one is answered. */
import { Agent, request } from 'node:http';

export interface Call {
  readonly path: string;
  readonly token: string;
  readonly body: unknown;
}

export interface Answered {
  readonly status: number;
  readonly ms: number;
}

/** `next` returns the next call, or undefined to stop. */
export async function callOverAndOver(
  origin: string,
  connections: number,
  next: () => Call | undefined,
  answered: (answer: Answered) => void,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const one = async () => {
    for (let call = next(); call; call = next()) answered(await send(agent, origin, call));
  };
  await Promise.all(Array.from({ length: connections }, one));
  agent.destroy();
}

function send(agent: Agent, origin: string, { path, token, body }: Call): Promise<Answered> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' };
    const sent = request(`${origin}${path}`, { agent, method: 'POST', headers }, (response) => {
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, ms: performance.now() - started }),
      );
      response.resume();
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}
