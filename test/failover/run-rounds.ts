/** What the scripts for failovers have in common: their options, the load between faults, and the report. */
import { openRig, type Rig } from './rig.ts';

/** Updates that are acknowledged before and after each fault. */
export const BETWEEN = 300;

export const loadOptions = {
  rounds: { type: 'string', default: '10' },
  gateways: { type: 'string', default: '3' },
  writers: { type: 'string', default: '16' },
  followers: { type: 'string', default: '12' },
} as const;

export interface Round {
  /** Lets a server fail. Resolves to what is told of it, once updates are acknowledged again. */
  fail(rig: Pick<Rig, 'backAfter'>): Promise<string>;
  /** Brings the server that failed back. */
  mend(rig: Pick<Rig, 'acknowledge'>): Promise<void> | void;
}

/** Runs the rounds under load, prints the report, and sets the exit code if anything was lost, doubled or skipped. */
export async function runRounds(
  url: string,
  values: Readonly<Record<keyof typeof loadOptions, string>>,
  { fail, mend }: Round,
): Promise<void> {
  const rig = await openRig(
    { url },
    {
      gateways: Number(values.gateways),
      writers: Number(values.writers),
      followers: Number(values.followers),
    },
  );
  try {
    await rig.acknowledge(BETWEEN);
    for (let round = 1; round <= Number(values.rounds); round++) {
      process.stdout.write(`round ${round}: ${await fail(rig)}\n`);
      await rig.acknowledge(BETWEEN);
      await mend(rig);
      await rig.acknowledge(BETWEEN);
    }
    const report = await rig.finish();
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    if (report.lost + report.doubled + report.gaps + report.untold + report.faults.length > 0)
      process.exitCode = 1;
  } finally {
    await rig.close();
  }
}
