/** A line that delays: `node line.ts PORT MS` passes bytes on to the port, in both directions, so many milliseconds after they came. */
import { connect, createServer, type Socket } from 'node:net';

const [port, ms] = process.argv.slice(2).map(Number);

function passOn(from: Socket, to: Socket): void {
  from.setNoDelay(true);
  from.on('data', (bytes) => setTimeout(() => to.write(bytes), ms));
  from.on('close', () => to.destroy());
  from.on('error', () => to.destroy());
}

const server = createServer((near) => {
  const far = connect(port ?? 0, '127.0.0.1');
  passOn(near, far);
  passOn(far, near);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.stdout.write(`http://127.0.0.1:${address?.port}\n`);
});
