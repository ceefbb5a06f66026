/** Repeats parts of files, within what can be made and read in a second. */

const MAX_LENGTH = 2_000_000;

/** The text so many times, or fewer if that is too long. */
export function repeat(text: string, times: number): string {
  return text.repeat(Math.min(times, Math.ceil(MAX_LENGTH / (text.length + 1))));
}
