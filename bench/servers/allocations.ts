/** Stockgate as the subject of a row: how much its main thread allocates for a request. */
import type { Bench } from '../measure/bench.ts';
import type { Subject } from '../measure/measure.ts';
import { serve } from './stockgate.ts';

/** Bytes between two samples, on average. */
const SAMPLING_INTERVAL = 16_384;
const BYTES_A_KB = 1_000;

/** A node of V8's sampling heap profile. */
interface ProfileNode {
  readonly selfSize: number;
  readonly children: readonly ProfileNode[];
}

/** Measures kB a mutation by the inspector's sampling, with what was collected already. */
export async function stockgateAllocations(bench: Bench): Promise<Subject> {
  const catalog = await bench.catalog(bench.settings.skus);
  const server = await serve(catalog, ['--inspect=127.0.0.1:0']);
  const address = /ws:\/\/\S+/.exec(server.said())?.[0];
  if (address === undefined) throw new Error('The inspector did not say where it listens.');
  const inspector = await openInspector(address);
  return {
    label: 'Stockgate',
    measure: async () => {
      await inspector.call('HeapProfiler.startSampling', {
        samplingInterval: SAMPLING_INTERVAL,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      });
      const { allAnswers } = await bench.load(server, 'mutation', catalog);
      const { profile } = await inspector.call('HeapProfiler.stopSampling');
      return sizeOf(profile.head) / allAnswers / BYTES_A_KB;
    },
    close: async () => {
      inspector.close();
      await server.stop();
    },
  };
}

function sizeOf({ selfSize, children }: ProfileNode): number {
  return children.reduce((size, child) => size + sizeOf(child), selfSize);
}

/** A connection to a process's inspector, which answers calls by their numbers. */
async function openInspector(address: string) {
  const socket = new WebSocket(address);
  const waiting = new Map<number, (result: { profile: { head: ProfileNode } }) => void>();
  let calls = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data));
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  return {
    call: (method: string, params: object = {}) =>
      new Promise<{ profile: { head: ProfileNode } }>((resolve) => {
        const id = ++calls;
        waiting.set(id, resolve);
        socket.send(JSON.stringify({ id, method, params }));
      }),
    close: () => socket.close(),
  };
}
