/** Handles the requests of one connection one after another. A client that pipelines many requests delays only itself. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { IterationShares } from './iteration-shares.ts';

/** Requests that may wait on one connection; one more closes it. Hardly any client pipelines even a second request. */
const MAX_WAITING = 32;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Requests of a connection that were read and wait to be handled. */
type Queue = (() => void)[];

/**
 * Puts a queue before the server's request handlers. Call it after those are added, because it replaces them. Node itself
 * would emit all requests that it reads from a connection in one event-loop iteration, some 2,000 small ones, and would do
 * so for up to a thousand connections. `supplierOf` gives the supplier of a connection, if it is known.
 */
export function queueByConnection(server: Server, supplierOf: (socket: Socket) => string | undefined): void {
  // Node types listeners as plain functions; a listener to `request` has this form.
  const handlers = server.listeners('request') as Handler[];
  const queues = new WeakMap<Socket, Queue>();
  const shares = new IterationShares();

  const take = (request: IncomingMessage, response: ServerResponse, queue: Queue) => {
    response.on('close', () => {
      const next = queue.shift();
      if (!request.socket.destroyed && next) next();
      else queues.delete(request.socket);
    });
    shares.begin(supplierOf(request.socket), request.socket.remoteAddress, () => {
      for (const handle of handlers) handle.call(server, request, response);
    });
  };
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const { socket } = request;
    // Node still emits requests that it had read before the connection was closed.
    if (socket.destroyed) return;
    const queue = queues.get(socket);
    if (!queue) {
      const opened: Queue = [];
      queues.set(socket, opened);
      take(request, response, opened);
    } else if (queue.length < MAX_WAITING) {
      queue.push(() => take(request, response, queue));
    } else {
      // The parser still emits what it has read; the check for destroyed sockets above drops it.
      socket.destroy();
    }
  });
}
