/**
 * Time zones: how far the clocks of a place are from UTC at a moment, from a zone's file (TZif, RFC 8536) or from a rule such as
 * `CET-1CEST,M3.5.0,M10.5.0/3` (POSIX, tzset(3)); and the calendar that stamps need.
 *
 * Moments are seconds since 1970 without leap seconds.
 *
 * @module
 */

/** Seconds to add to UTC at a moment. */
export type Zone = (at: number) => number;

const DAY = 86_400;
const HEADER_OCTETS = 44;
const COUNTS_AT = 20;
const TYPE_OCTETS = 6;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Days since 1970 of a day of the Gregorian calendar; months count from 1. */
function daysOf(year: number, month: number, day: number): number {
  // Years that begin in March have their leap day as the last.
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** A day by its number since 1970. */
function dateOf(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const guess = 1970 + Math.floor(days / 365.2425);
  const year = [guess + 1, guess, guess - 1].find((each) => daysOf(each, 1, 1) <= days) ?? guess;
  let month = 12;
  while (month > 1 && daysOf(year, month, 1) > days) month -= 1;
  return { year, month, day: days - daysOf(year, month, 1) + 1 };
}

/** A stamp such as `Nov 21 08:53:44`: strftime(3), `%b %d %H:%M:%S`. */
export function stampOf(at: number, zone: Zone): string {
  const local = Math.floor(at) + zone(Math.floor(at));
  const days = Math.floor(local / DAY);
  const seconds = local - days * DAY;
  const { month, day } = dateOf(days);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const clock = [hours, minutes, seconds % 60].map((each) => String(each).padStart(2, "0")).join(":");
  return `${MONTHS[month - 1]} ${String(day).padStart(2, "0")} ${clock}`;
}

/** The zone of a file; undefined where it is none. */
export function parseZoneFile(octets: Uint8Array): Zone | undefined {
  const first = blockAt(octets, 0, 4);
  if (first === undefined) return undefined;
  if ((octets[4] ?? 0) < 0x32) return zoneOfBlock(octets, first, 4, undefined);
  const second = blockAt(octets, first.end, 8);
  if (second === undefined) return undefined;
  const footer = String.fromCharCode(...octets.subarray(second.end, second.end + 256)).split("\n")[1] ?? "";
  return zoneOfBlock(octets, second, 8, parseZoneRule(footer));
}

interface Block {
  readonly times: number;
  readonly types: number;
  readonly timesAt: number;
  readonly end: number;
}

function blockAt(octets: Uint8Array, at: number, timeOctets: 4 | 8): Block | undefined {
  if (octets.length < at + HEADER_OCTETS) return undefined;
  if (String.fromCharCode(...octets.subarray(at, at + 4)) !== "TZif") return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const count = (index: number) => view.getUint32(at + COUNTS_AT + 4 * index);
  const [utc, standard, leaps, times, types, letters] = [0, 1, 2, 3, 4, 5].map(count);
  if (times === undefined || types === undefined || types === 0) return undefined;
  const timesAt = at + HEADER_OCTETS;
  const end = timesAt + times * (timeOctets + 1) + types * TYPE_OCTETS + (letters ?? 0) +
    (leaps ?? 0) * (timeOctets + 4) + (standard ?? 0) + (utc ?? 0);
  return end > octets.length ? undefined : { times, types, timesAt, end };
}

function zoneOfBlock(octets: Uint8Array, block: Block, timeOctets: 4 | 8, rule: Zone | undefined): Zone {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const { times, timesAt, types } = block;
  const indexesAt = timesAt + times * timeOctets;
  const typesAt = indexesAt + times;
  const offsetOf = (type: number) => view.getInt32(typesAt + Math.min(type, types - 1) * TYPE_OCTETS);
  const timeOf = (index: number) =>
    timeOctets === 4
      ? view.getInt32(timesAt + 4 * index)
      : view.getInt32(timesAt + 8 * index) * 2 ** 32 + view.getUint32(timesAt + 8 * index + 4);
  return (at) => {
    let index = times;
    while (index > 0 && timeOf(index - 1) > at) index -= 1;
    if (index === times && rule !== undefined) return rule(at);
    return offsetOf(index === 0 ? 0 : octets[indexesAt + index - 1] ?? 0);
  };
}

const NAME = "(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]+>)";
const OFFSET = "([+-]?[0-9]{1,3}(?::[0-9]{1,2}){0,2})";
const RULE = new RegExp(`^${NAME}${OFFSET}(?:(${NAME})${OFFSET}?(?:,([^,]+),([^,]+))?)?$`);

/** The zone of a rule; undefined where it is none. */
export function parseZoneRule(text: string): Zone | undefined {
  const match = RULE.exec(text);
  if (match === null) return undefined;
  const [, standardText = "", summerName, summerText, startText = "M3.2.0", endText = "M11.1.0"] = match;
  const standard = -secondsOf(standardText);
  if (summerName === undefined) return () => standard;
  const summer = summerText === undefined ? standard + 3600 : -secondsOf(summerText);
  const [start, end] = [parseDay(startText), parseDay(endText)];
  if (start === undefined || end === undefined) return undefined;
  return (at) => {
    const { year } = dateOf(Math.floor((at + standard) / DAY));
    const [from, to] = [start(year) - standard, end(year) - summer];
    const isSummer = from < to ? at >= from && at < to : at >= from || at < to;
    return isSummer ? summer : standard;
  };
}

/** Seconds of `2`, `-3:30`, `167:00:00`. */
function secondsOf(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, "").split(":").map(Number);
  return (text.startsWith("-") ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
}

/** When the clocks change in a year, in local seconds: `M3.5.0/2`, `J60`, `59`. */
function parseDay(text: string): ((year: number) => number) | undefined {
  const match =
    /^(?:M([0-9]{1,2})\.([1-5])\.([0-6])|(J?)([0-9]{1,3}))(?:\/([+-]?[0-9]{1,3}(?::[0-9]{1,2}){0,2}))?$/
      .exec(text);
  if (match === null) return undefined;
  const [, month, week, weekday, julian, number, time = "2"] = match;
  const seconds = secondsOf(time);
  if (month === undefined) {
    const day = Number(number);
    // J60 is the first of March, in leap years too.
    return (year) => {
      const skipped = julian === "J" ? (day >= 60 && isLeap(year) ? 0 : 1) : 0;
      return (daysOf(year, 1, 1) + day - skipped) * DAY + seconds;
    };
  }
  return (year) => dayInMonth(year, Number(month), Number(week), Number(weekday)) * DAY + seconds;
}

function isLeap(year: number): boolean {
  return daysOf(year, 3, 1) - daysOf(year, 2, 1) === 29;
}

/** The nth (5: the last) of a day of the week, 0 for Sunday, in a month. */
function dayInMonth(year: number, month: number, week: number, weekday: number): number {
  const first = daysOf(year, month, 1);
  const next = month === 12 ? daysOf(year + 1, 1, 1) : daysOf(year, month + 1, 1);
  // The first of January 1970 was a Thursday.
  const day = first + ((weekday - (first + 4)) % 7 + 7) % 7 + (week - 1) * 7;
  return day < next ? day : day - 7;
}
