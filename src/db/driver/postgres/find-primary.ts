/** Asks all servers of a database which of them takes the writes. */
import type { Probe, ServerState } from './ask-server.ts';
import type { KnownPrimary } from './known-primary.ts';

type Found =
  | { readonly index: number; readonly timeline: number }
  | { readonly reasons: readonly (ServerState | Error)[] };

/** Asks all servers at once. A hanging server holds nobody up once the known primary, or one that was promoted after it, has answered. */
export async function findPrimary(probes: readonly Probe[], known: KnownPrimary): Promise<Found> {
  const before = known.get();
  const asked = probes.map((probe) => probe.ask());
  const isSure = (state: ServerState | Error, index: number) =>
    before !== null &&
    isCandidate(state, before.timeline) &&
    (state.timeline > before.timeline || index === before.index);
  const sure = await Promise.any(
    asked.map(async (answer, index) => {
      const state = await answer;
      if (state instanceof Error || !isSure(state, index)) throw new Error('It is not sure.');
      return { index, timeline: state.timeline };
    }),
  ).catch(() => null);
  if (sure) return sure;
  const states = await Promise.all(asked);
  const [best] = states
    .flatMap((state, index) =>
      isCandidate(state, before?.timeline ?? 0) ? [{ index, timeline: state.timeline }] : [],
    )
    .toSorted((a, b) => b.timeline - a.timeline);
  return best ?? { reasons: states };
}

/** A primary whose timeline is behind was replaced, and does not know it. */
export function isCandidate(state: ServerState | Error, timeline: number): state is ServerState {
  return !(state instanceof Error) && state.isPrimary && state.timeline >= timeline;
}
