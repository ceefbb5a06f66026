/** Numbers as a person reads them. */

/** `1,234` */
export function format(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1,234 SKUs` */
export function plural(count: number, noun: string): string {
  return `${format(count)} ${noun}${count === 1 ? '' : 's'}`;
}
