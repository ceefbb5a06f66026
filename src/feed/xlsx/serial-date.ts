/** Writes out a spreadsheet's dates and times, which are numbers of days. */
import type { NumberFormat } from './styles.ts';

const DAY_MS = 86_400_000;
/** Midnight before day 0 of the calendar that starts in 1904. */
const EPOCH_1904 = Date.UTC(1904, 0, 1);
/** The calendar that starts in 1900 has a February 29 in that year, which never was. Days before it are one off. */
const EPOCH_1900 = Date.UTC(1899, 11, 30);
const FALSE_LEAP_DAY = 60;
const END = Date.UTC(10_000, 0, 1);
/** No spreadsheet has a day after the year 9999. */
const MAX_DAYS = 2_958_466;

/** `2026-03-01`, `2026-03-01T12:30:00` or `12:30:00`, by the format; null where the number is no such thing. A spreadsheet knows no time zone. */
export function formatSerial(
  serial: number,
  kind: Exclude<NumberFormat['kind'], 'number'>,
  is1904: boolean,
): string | null {
  const milliseconds = Math.round(serial * DAY_MS);
  if (!(milliseconds >= 0) || serial > MAX_DAYS) return null;
  if (kind === 'duration') return formatTime(milliseconds);
  if (kind === 'time' && milliseconds < DAY_MS) return formatTime(milliseconds);
  const days = Math.floor(milliseconds / DAY_MS);
  const day = formatDay(days, is1904);
  return kind === 'date' || day === null ? day : `${day}T${formatTime(milliseconds - days * DAY_MS)}`;
}

function formatDay(days: number, is1904: boolean): string | null {
  // Day 0 is what a spreadsheet shows as 1900-01-00: a formula that found nothing.
  if (!is1904 && (days === 0 || days === FALSE_LEAP_DAY)) return null;
  const epoch = is1904 ? EPOCH_1904 : EPOCH_1900 + (days < FALSE_LEAP_DAY ? DAY_MS : 0);
  const time = epoch + days * DAY_MS;
  return time < END ? new Date(time).toISOString().slice(0, 10) : null;
}

/** Milliseconds are written only where there are some. */
function formatTime(milliseconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const rest = milliseconds % 1_000;
  const time = `${two(milliseconds / 3_600_000)}:${two((milliseconds / 60_000) % 60)}:${two((milliseconds / 1_000) % 60)}`;
  return rest === 0 ? time : `${time}.${String(rest).padStart(3, '0')}`;
}
