/** The worker that all tabs of a browser share: one stream for all of them. */
import { LiveSource } from './live-source.ts';
import type { FromStream, ToStream } from './live-messages.ts';

const ports = new Set<MessagePort>();
const tell = (message: FromStream): void => {
  for (const port of ports) port.postMessage(message);
};
const source = new LiveSource(tell);

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (!port) return;
  ports.add(port);
  port.addEventListener('message', ({ data }: MessageEvent<ToStream>) => {
    if (data === 'leave') ports.delete(port);
    else source.obey(data);
  });
  port.start();
  const status: FromStream = { kind: 'status', status: source.status };
  port.postMessage(status);
});
