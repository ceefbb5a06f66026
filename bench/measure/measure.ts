/** How a row is measured: Stockgate and the peer in turn, for several rounds. The result is the median of the rounds' ratios. */

/** One side of a row, which is running. */
export interface Subject {
  readonly label: string;
  /** Resolves with the result of one round, in the row's unit. */
  measure(round: number): Promise<number>;
  close(): Promise<void>;
}

export interface Series {
  readonly label: string;
  readonly median: number;
  readonly rounds: readonly number[];
}

export interface Measured {
  readonly ours: Series;
  readonly peer: Series | null;
  readonly ratio: { readonly median: number; readonly rounds: readonly number[] } | null;
}

/** Thrown if a row cannot be measured here. It is not a failure of the run. */
export class Skipped extends Error {}

/** Measures both sides in turn, so that other load on the machine affects both. The side that begins alternates. */
export async function compare(
  openOurs: () => Promise<Subject>,
  openPeer: () => Promise<Subject>,
  rounds: number,
): Promise<Measured> {
  const ours = await openOurs();
  try {
    const peer = await openPeer();
    try {
      const ourRounds: number[] = [];
      const peerRounds: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const ourTurn = async () => ourRounds.push(await ours.measure(round));
        const peerTurn = async () => peerRounds.push(await peer.measure(round));
        const turns = round % 2 === 0 ? [ourTurn, peerTurn] : [peerTurn, ourTurn];
        for (const turn of turns) await turn();
      }
      const ratios = ourRounds.map((value, round) => value / (peerRounds[round] ?? Number.NaN));
      return {
        ours: toSeries(ours.label, ourRounds),
        peer: toSeries(peer.label, peerRounds),
        ratio: { median: median(ratios), rounds: ratios },
      };
    } finally {
      await peer.close();
    }
  } finally {
    await ours.close();
  }
}

/** Measures a row that has no peer. */
export async function repeat(open: () => Promise<Subject>, rounds: number): Promise<Measured> {
  const subject = await open();
  try {
    const values: number[] = [];
    for (let round = 0; round < rounds; round++) values.push(await subject.measure(round));
    return { ours: toSeries(subject.label, values), peer: null, ratio: null };
  } finally {
    await subject.close();
  }
}

function toSeries(label: string, rounds: readonly number[]): Series {
  return { label, median: median(rounds), rounds };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = sorted.slice(Math.ceil(sorted.length / 2) - 1, middle + 1);
  return sorted.length % 2 ? low : (low + high) / 2;
}
