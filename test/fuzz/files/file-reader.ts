/** A process that reads feed files, so that a file which ends it or makes it hang is noticed. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Told } from './read-files.ts';

const READER = fileURLToPath(new URL('read-files.ts', import.meta.url));
/** Those of `npm start`. */
const FLAGS = ['--max-semi-space-size=16', '--v8-pool-size=2'];

export class FileReader {
  readonly #child: ChildProcess;
  readonly #silenceMs: number;
  #said = '';

  /** A reader that says nothing for `silenceMs` hangs. */
  constructor(silenceMs: number, program = READER) {
    this.#silenceMs = silenceMs;
    this.#child = fork(program, { execArgv: FLAGS, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    this.#child.stderr?.on(
      'data',
      (text: Buffer) => (this.#said = (this.#said + text.toString()).slice(-2_000)),
    );
  }

  /** What became of the file; or, if that was the end of the reader, why. */
  read(path: string): Promise<Told | string> {
    const child = this.#child;
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => settle(`it hangs: no word for ${this.#silenceMs / 1_000} s`),
        this.#silenceMs,
      );
      const onEnd = (code: number | null, signal: NodeJS.Signals | null) =>
        settle(`it ended the process (${code ?? signal}) ${this.#said}`.trim());
      const settle = (told: Told | string) => {
        clearTimeout(timer);
        child.off('message', settle).off('close', onEnd);
        resolve(told);
      };
      child.once('message', settle).once('close', onEnd);
      child.send(path);
    });
  }

  /** Ends the process, whatever it does. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}
