/**
 * Bringing a modem into multiplexer mode by `AT+CMUX`. 3GPP TS 27.007 §5.7
 *
 * @module
 */
import type { AtCommand, ReadCommand } from "../../at/command.ts";
import { decimal, fieldsOf, firstAfter } from "../../at/parameters.ts";
import { ask, type Procedure, query } from "../../at/procedure.ts";

/** The frame size that is asked for where the modem takes it: a whole IP packet in one frame, with what PPP adds. */
const WANTED_N1 = 1540;
/** N1 of the basic option where nothing is said. */
const DEFAULT_N1 = 31;

/** What a modem is asked to do. */
export interface MultiplexerOffer {
  /** Largest information field, octets. */
  readonly n1: number;
}

/** `+CMUX=?`: the largest frames that it can have; undefined where basic option is not among its modes. */
const offered: ReadCommand<MultiplexerOffer> = {
  body: "+CMUX=?",
  prefixes: ["+CMUX:"],
  withinMs: 5000,
  read: (lines) => readOffer(firstAfter(lines, "+CMUX:") ?? ""),
};

/** The meaning of `(0),(0),(1-6),(1-1540),…`. */
export function readOffer(text: string): MultiplexerOffer | undefined {
  const ranges = fieldsOf(text).map((field) => field.text);
  const modes = ranges[0] ?? "";
  if (!/(^|[(,-])0($|[),-])/.test(modes)) return undefined;
  const most = decimal(/(\d+)\)?$/.exec(ranges[3] ?? "")?.[1]);
  return { n1: Math.min(WANTED_N1, Math.max(DEFAULT_N1, most ?? DEFAULT_N1)) };
}

function start(body: string): AtCommand {
  return { body, prefixes: [], withinMs: 10_000, kind: "handOver" };
}

/** Change over; behind a result the line speaks 27.010. Undefined: the modem has no multiplexer, or none of ours. */
export function* multiplex(): Procedure<MultiplexerOffer | undefined> {
  const { value, final } = yield* query(offered);
  // Some have it and do not know the question.
  const hasNone = value === undefined && final.kind === "ok";
  if (hasNone || final.kind === "portDead" || final.kind === "detached") return undefined;
  if (value !== undefined && value.n1 > DEFAULT_N1) {
    // The speed of the port is left out, so it stays.
    const large = yield* ask(start(`+CMUX=0,0,,${value.n1}`));
    if (large.final.kind === "ok") return value;
  }
  const plain = yield* ask(start("+CMUX=0"));
  return plain.final.kind === "ok" ? { n1: DEFAULT_N1 } : undefined;
}
