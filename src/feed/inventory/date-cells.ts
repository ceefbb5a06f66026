/** Reads the dates and times that people and spreadsheets write into cells. */

const ISO_DATE = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\.?(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$/;
const DOTTED_DATE = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})$/;
const SLASHED_DATE = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})$/;
/** Databases write microseconds, and some programs nanoseconds. */
const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?\s?(?:(Z)|([+-]\d{2}):?(\d{2})?)$/i;
/** Years of two digits are of this century: what a feed announces lies ahead. */
const CENTURY = 2_000;

type Parts = readonly [year: string, month: string, day: string];

/**
 * Every date, as `2026-12-24`, that people may read in the cell: `12/24/2026` has one reading, `04/05/2026` has two, and a cell that is no
 * date has none.
 */
export function readDates(cell: string): readonly string[] {
  const [, year, month = '', day = ''] = ISO_DATE.exec(cell) ?? [];
  if (year !== undefined) return toDates([[year, month, day]]);
  const [, dottedDay = '', dottedMonth = '', dottedYear] = DOTTED_DATE.exec(cell) ?? [];
  if (dottedYear !== undefined) return toDates([[dottedYear, dottedMonth, dottedDay]]);
  const [, first = '', second = '', third] = SLASHED_DATE.exec(cell) ?? [];
  if (third === undefined) return [];
  const orders: Parts[] = [
    [third, first, second],
    [third, second, first],
  ];
  if (third.length === 2) orders.push([first, second, third]);
  return toDates(orders);
}

/** The time in UTC with milliseconds, as GraphQL's DateTime; null where the cell is no time, or has no offset. */
export function readTime(cell: string): string | null {
  const [, date = '', minutes, seconds = ':00', utc, hours = '+00', offsetMinutes = '00'] =
    TIME.exec(cell) ?? [];
  if (minutes === undefined || readDates(date)[0] !== date) return null;
  const time = Date.parse(
    `${date}T${minutes}${seconds}${utc === undefined ? `${hours}:${offsetMinutes}` : 'Z'}`,
  );
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** The days that the calendar has, each once. */
function toDates(readings: readonly Parts[]): readonly string[] {
  return [...new Set(readings.map(toDate).filter((date) => date !== null))];
}

/** Null where the calendar has no such day. */
function toDate([year, month, day]: Parts): string | null {
  const fullYear = year.length === 4 ? Number(year) : CENTURY + Number(year);
  const date = new Date(Date.UTC(fullYear, Number(month) - 1, Number(day)));
  // A day too many becomes one of the next month, and a year below 100 one of the last century.
  const isSame =
    date.getUTCFullYear() === fullYear &&
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day);
  return isSame ? `${fullYear}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : null;
}
