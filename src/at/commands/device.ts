/**
 * The modem itself: how much of it works, its clock, and its multiplexer. 3GPP TS 27.007 §5.7, §8.2 and §8.15.
 *
 * @module
 */
import type { AtCommand, ReadCommand } from "../command.ts";
import { decimal, fieldsOf, firstAfter, numeric } from "../parameters.ts";

/** `+CFUN?`: 0 least, 1 all, 4 no radio; makers have more. */
export const functionality: ReadCommand<number> = {
  body: "+CFUN?",
  prefixes: ["+CFUN:"],
  withinMs: 10_000,
  read: (lines) => decimal(fieldsOf(firstAfter(lines, "+CFUN:") ?? "")[0]?.text),
};

/** A modem's clock. Nothing may rely on it: it starts anywhere, and the network that sets it may be a false one. */
export interface ModemClock {
  /** Milliseconds since 1970 of the date as it stands there. */
  readonly local: number;
  /** Minutes that are ahead of UTC; undefined when not told. */
  readonly zoneMinutes: number | undefined;
}

/** `+CCLK?` */
export const clock: ReadCommand<ModemClock> = {
  body: "+CCLK?",
  prefixes: ["+CCLK:"],
  withinMs: 5000,
  read: (lines) => readClock(firstAfter(lines, "+CCLK:") ?? ""),
};

/** `"yy/MM/dd,hh:mm:ss±zz"`, the year of two or four digits, the zone in quarters of an hour. */
export function readClock(text: string): ModemClock | undefined {
  const match = /^"?(\d{2}|\d{4})\/(\d\d?)\/(\d\d?),(\d\d?):(\d\d?):(\d\d?)([+-]\d{1,2})?"?$/.exec(
    text.trim(),
  );
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) {
    return undefined;
  }
  const days = daysSince1970(year < 100 ? 2000 + year : year, month, day);
  const local = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
  const quarters = match[7] === undefined ? undefined : decimal(match[7]);
  return {
    local,
    zoneMinutes: quarters === undefined || Math.abs(quarters) > 56 ? undefined : quarters * 15,
  };
}

/** Days of the Gregorian calendar since 1970-01-01, counted from March, so that the leap day ends a year. */
function daysSince1970(year: number, month: number, day: number): number {
  const years = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  return 365 * years + leapDays + dayOfYear - 719_468;
}

/** How a multiplexer shall begin; what is left out is the modem's own choice. */
export interface MultiplexerSettings {
  /** 0 basic option, 1 advanced. */
  readonly mode: 0 | 1;
  /** `<port_speed>`, the makers' number for it. */
  readonly portSpeed?: number;
  /** N1, octets of a frame. */
  readonly frameSize?: number;
}

/** Begin 27.010: behind OK the line is the multiplexer's. Throws ArgumentError. */
export function startMultiplexer(settings: MultiplexerSettings): AtCommand {
  const { mode, portSpeed, frameSize } = settings;
  const speed = portSpeed === undefined ? "" : numeric("port speed", portSpeed, 0, 99);
  const size = frameSize === undefined ? "" : numeric("frame size", frameSize, 1, 32768);
  const more = size !== "" ? `,0,${speed},${size}` : speed !== "" ? `,0,${speed}` : "";
  return { body: `+CMUX=${mode}${more}`, prefixes: [], withinMs: 5000, kind: "handOver" };
}
