/** Asks the other servers again and again whether one of them was promoted. */
import { createProbe, type Probe } from './ask-server.ts';
import type { Server } from './connection-settings.ts';
import { isCandidate } from './find-primary.ts';
import type { KnownPrimary } from './known-primary.ts';

/** How often they are asked, in milliseconds. */
const WATCH_MS = 1_000;

/** Finds a promotion also while the former primary hangs, or still answers. */
export function watchPrimary(
  servers: readonly Server[],
  timeoutMs: number,
  known: KnownPrimary,
  notice: () => void,
  stop: AbortSignal,
): NodeJS.Timeout {
  const probes = servers.map((server) => createProbe(server, timeoutMs));
  stop.addEventListener('abort', () => probes.forEach((probe) => probe.close()));
  const asking = new Set<Probe>();
  const ask = async (probe: Probe, index: number) => {
    const state = await probe.ask();
    asking.delete(probe);
    const timeline = known.get()?.timeline ?? Infinity;
    if (stop.aborted || !isCandidate(state, timeline) || state.timeline === timeline) return;
    known.learn({ index, timeline: state.timeline });
    notice();
  };
  return setInterval(() => {
    const current = known.get()?.index;
    probes.forEach((probe, index) => {
      if (index === current || asking.has(probe)) return;
      asking.add(probe);
      void ask(probe, index);
    });
  }, WATCH_MS);
}
