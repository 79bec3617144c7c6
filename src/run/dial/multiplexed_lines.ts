/**
 * The lines of a dial brought to AT, and from one bare port to two channels of a multiplexer over it; back to the bare port where
 * that fails.
 *
 * @module
 */
import type { Millis } from "../../host.ts";
import type { ChannelLine, MultiplexedPort } from "../multiplexed_port.ts";
import type { CourseParts, Lines, Wait } from "./course_parts.ts";
import { endMultiplexer } from "./dial_departure.ts";
import { multiplex } from "./multiplex.ts";

/** The channels: calls on one, commands on the other. */
const CALL_CHANNEL = 1;
const COMMAND_CHANNEL = 2;
/** Beyond the guard time: T1 and its repeats. */
const CHANNEL_WITHIN: Millis = 5000;

const silences = {
  silent: "nothing answers on",
  echo: "all that comes back is what was sent, so no modem is on",
  garbage: "something else than a modem speaks, or at another speed, on",
} as const;

/** Find out what a line is in, and bring it to AT. Throws CourseEnd. */
export function* bringToAt(
  parts: CourseParts,
  { line, session }: Lines["control"],
): Generator<Wait, void, void> {
  const outcome = yield* parts.findState(session);
  if (outcome.kind === "lineGone") throw parts.failure("portLost", outcome.why);
  if (outcome.kind === "failed") throw parts.failure("noModem", `${silences[outcome.why]} ${line.name}`);
  if (outcome.was !== "at") parts.log("notice", `${line.name} was left in another state: ${outcome.was}`);
}

/** Put a multiplexer on the port, where the modem has one: the call on one channel, commands go on over the other. */
export function* multiplexLines(parts: CourseParts, lines: Lines): Generator<Wait, void, void> {
  const isWanted = parts.settings.multiplexer === "on";
  const { session } = lines.control;
  parts.enter("multiplexer");
  const offer = yield* parts.run(session, multiplex());
  if (offer === undefined) {
    // Its OK may have got lost: the multiplexer is on, and the modem deaf to commands.
    if (session.engine.health === "dead") yield* bringToAt(parts, lines.control);
    if (isWanted) throw parts.failure("multiplexerFailed", "the modem does not take AT+CMUX");
    return;
  }
  const multiplexer = parts.multiplex(lines.port, offer.n1, session.handedOver.splice(0));
  const opened = yield* openChannels(parts, multiplexer);
  if (opened !== undefined) {
    session.attach(opened.command, parts.now);
    parts.give(opened.command, session);
    lines.control = { line: opened.command, session };
    lines.data = { line: opened.call, session: parts.session(opened.call) };
    yield* bringToAt(parts, lines.control);
    parts.step("multiplexer", `two channels, frames of ${offer.n1} octets`, { n1: offer.n1 });
    return;
  }
  const why = multiplexer.ended ?? "noReply";
  if (isWanted) {
    throw parts.failure("multiplexerFailed", `the modem took AT+CMUX, and its channels do not open: ${why}`);
  }
  parts.log("warning", `The modem took AT+CMUX, and its channels do not open (${why}): going on without`);
  yield* endMultiplexer(parts);
  session.attach(lines.port, parts.now);
  parts.give(lines.port, session);
  lines.control = lines.data = { line: lines.port, session };
  yield* bringToAt(parts, lines.control);
}

function* openChannels(
  parts: CourseParts,
  multiplexer: MultiplexedPort,
): Generator<Wait, { call: ChannelLine; command: ChannelLine } | undefined, void> {
  const withinMs = parts.settings.guardMs + CHANNEL_WITHIN;
  const hasEnded = () => multiplexer.ended === undefined ? undefined : false;
  const started = yield* parts.until(() => multiplexer.isStarted || hasEnded(), withinMs);
  if (started !== true) return undefined;
  const call = multiplexer.open(CALL_CHANNEL, parts.now);
  const command = multiplexer.open(COMMAND_CHANNEL, parts.now);
  const areOpen = yield* parts.until(() => {
    const states = [call.state, command.state];
    if (states.every((each) => each === "open")) return true;
    return states.includes("closed") ? false : hasEnded();
  }, withinMs);
  return areOpen === true ? { call, command } : undefined;
}
