/** Closes connections whose clients stop reading. Otherwise their answers would stay in memory without a time limit. */
import type { Socket } from 'node:net';
import type { Server } from 'node:http';

/** The connections are checked this many times within the time that a client may stall. */
const SWEEPS = 6;

interface Progress {
  /** Bytes that the operating system has taken for the client. Node counts a chunk once it was taken whole. */
  readonly sent: number;
  /** When `sent` was first seen at this value, in milliseconds on the monotonic clock. */
  readonly at: number;
}

/**
 * Closes each connection that takes nothing of what is written for it during `stallMs` milliseconds. `cutOff` is called first,
 * with the number of bytes that the client left unread.
 */
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
