/** Requests of one connection are taken one after another, and those of one client a few at a time: whoever sends many at once waits for itself. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { IterationShares } from './iteration-shares.ts';

/** Requests that may wait on one connection; past that it is cut off. No browser and hardly a client sends a second one. */
const MAX_WAITING = 32;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** What a connection has sent and nobody has taken yet. */
type Line = (() => void)[];

/**
 * Node takes all that it reads from a connection in one iteration of the event loop, some 2,000 small requests, and reads from a
 * thousand connections in one. `supplierOf` says whose connection it is, where that is known.
 */
export function takeOneAtATime(server: Server, supplierOf: (socket: Socket) => string | undefined): void {
  // Whoever listens to requests is called like this.
  const handlers = server.listeners('request') as Handler[];
  const lines = new WeakMap<Socket, Line>();
  const shares = new IterationShares();

  const take = (request: IncomingMessage, response: ServerResponse, line: Line) => {
    response.once('close', () => {
      const next = line.shift();
      if (!request.socket.destroyed && next) next();
      else lines.delete(request.socket);
    });
    shares.begin(supplierOf(request.socket), request.socket.remoteAddress, () => {
      for (const handle of handlers) handle.call(server, request, response);
    });
  };
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const { socket } = request;
    // Node still gives what it has read of a connection that is cut off.
    if (socket.destroyed) return;
    const line = lines.get(socket);
    if (!line) {
      const opened: Line = [];
      lines.set(socket, opened);
      take(request, response, opened);
    } else if (line.length < MAX_WAITING) {
      line.push(() => take(request, response, line));
    } else {
      // What its parser has read already costs some milliseconds yet, and is not taken.
      socket.destroy();
    }
  });
}
