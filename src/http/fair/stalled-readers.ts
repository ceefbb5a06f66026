/** Cuts off clients that stop reading: what was written for them would stay in memory for as long as they like. */
import type { Socket } from 'node:net';
import type { Server } from 'node:http';

/** Sweeps for each time that a client may stall. */
const SWEEPS = 6;

interface Progress {
  /** Bytes that have left for the client. A chunk counts once the system has taken all of it. */
  readonly sent: number;
  /** When that number was first seen, in milliseconds on the monotonic clock. */
  readonly at: number;
}

/** A client has `stallMs` to take something of what is written for it. `cutOff` is told how many bytes it left. */
export function cutOffStalledReaders(
  server: Server,
  stallMs: number,
  cutOff: (queued: number) => void,
): void {
  const sockets = new Set<Socket>();
  const stalled = new Map<Socket, Progress>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      stalled.delete(socket);
    });
  });
  const sweeping = setInterval(() => {
    const now = performance.now();
    for (const socket of sockets) {
      const queued = socket.writableLength;
      if (queued === 0) {
        stalled.delete(socket);
        continue;
      }
      const sent = socket.bytesWritten - queued;
      const before = stalled.get(socket);
      if (before?.sent !== sent) stalled.set(socket, { sent, at: now });
      else if (now - before.at >= stallMs) {
        cutOff(queued);
        socket.destroy();
      }
    }
  }, stallMs / SWEEPS);
  sweeping.unref();
  server.once('close', () => clearInterval(sweeping));
}
