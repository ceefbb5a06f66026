/** Reads feed files in a process of its own: each message is a path, and its answer what became of the file. */
import { checkFile, type FileOutcome } from './check-file.ts';

export interface Told extends FileOutcome {
  /** The most memory that this process has taken until now, in MiB. */
  readonly taken: number;
  /** Of processor time. */
  readonly ms: number;
}

const MiB = 1_048_576;
let most = 0;
const look = () => (most = Math.max(most, process.memoryUsage.rss()));
setInterval(look, 2).unref();

process.on('message', (path: string) => void tell(path));

async function tell(path: string): Promise<void> {
  const cpu = process.cpuUsage();
  const outcome = await checkFile(path, look);
  const { user, system } = process.cpuUsage(cpu);
  look();
  const told: Told = {
    ...outcome,
    taken: Math.round(most / MiB),
    ms: Math.round((user + system) / 1_000),
  };
  process.send?.(told);
}
