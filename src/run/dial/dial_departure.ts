/**
 * The way back of a dial, from wherever it has come to: the link, the call, the multiplexer, the ports. It waits for what takes its
 * time, each for a while.
 *
 * @module
 */
import { hangUp } from "../../at/procedures/call.ts";
import { latin1 } from "../../base/text.ts";
import type { Millis } from "../../host.ts";
import type { CourseParts, Lines, Wait } from "./course_parts.ts";

/** A modem that was told of the end of PPP ends the call by itself. */
const LAST_WORD_WITHIN: Millis = 400;
const CLOSE_WITHIN: Millis = 1500;
const HANG_UP_WITHIN: Millis = 8000;
/** N1 of the basic option where nothing is said, 27.010 §5.7.2: enough to close down. */
const LEAST_N1 = 31;

/** Undo all of it: the link, the call, the multiplexer, the ports. */
export function* back(parts: CourseParts, lines: Lines | undefined): Generator<Wait, void, void> {
  parts.signalWatch?.stop(parts.now);
  parts.signalWatch = undefined;
  const { call } = parts;
  if (call !== undefined) {
    // In a hurry the peer is told, and not waited for.
    if (call.ended === undefined) call.connection.abandon(parts.now, (step) => step());
    parts.files.interfaceGone();
    call.connection.dispose();
    parts.call = undefined;
  }
  if (lines !== undefined) {
    if (call !== undefined) parts.give(lines.data.line, lines.data.session);
    if (call?.hasLineEnded === true) lines.data.session.attach(lines.data.line, parts.now);
    if (parts.multiplexer === undefined) yield* hangUpBare(parts, lines);
    yield* endMultiplexer(parts);
  }
  const { childTimeoutMs } = parts.settings.ppp;
  yield* parts.until(() => parts.programs.count === 0 ? true : undefined, childTimeoutMs || undefined);
  parts.programs.stopAll(parts.now);
  parts.closePorts();
  parts.files.close();
}

/** Where the line is still the call's, or a dial is under way. */
function* hangUpBare(parts: CourseParts, { port, data }: Lines): Generator<Wait, void, void> {
  const { line, session } = data;
  if (session.isBusy) {
    session.stop(parts.now);
    const isSettled = () => session.engine.isIdle || session.gone !== undefined;
    const settled = yield* parts.until(() => isSettled() || undefined, CLOSE_WITHIN);
    // A modem that dials and does not listen: the call would get through when nobody is here any more.
    if (settled === undefined) parts.terminalOf(line)?.port?.dropDtr();
  }
  const { handedOverTo } = session.engine;
  if (handedOverTo === undefined || session.gone !== undefined) return;
  if (handedOverTo === "protocol") {
    // AT+CMUX was on its way: the multiplexer can only be closed from within.
    parts.multiplex(port, LEAST_N1, session.handedOver.splice(0));
    return;
  }
  parts.enter("hangup");
  const lastWord = () =>
    session.gone !== undefined || session.handedOver.some((each) => latin1(each).includes("NO CARRIER"));
  if ((yield* parts.until(() => lastWord() || undefined, LAST_WORD_WITHIN)) === true) return;
  session.begin(hangUp(), parts.now);
  const outcome = yield* parts.until(() => session.takeOutcome(), HANG_UP_WITHIN);
  if (outcome?.kind === "finished" && outcome.result === "hungUp") return;
  parts.terminalOf(line)?.port?.dropDtr();
}

/** Close the channels, which ends their calls, and the multiplexer. */
export function* endMultiplexer(parts: CourseParts): Generator<Wait, void, void> {
  const { multiplexer } = parts;
  if (multiplexer === undefined) return;
  // A modem that has said OK to AT+CMUX is in the multiplexer, whether it was spoken to there or not.
  const isReady = () => multiplexer.isStarted || multiplexer.ended !== undefined;
  yield* parts.until(() => isReady() || undefined, parts.settings.guardMs + CLOSE_WITHIN);
  multiplexer.stop(parts.now);
  yield* parts.until(() => multiplexer.ended, CLOSE_WITHIN);
  parts.multiplexer = undefined;
}
