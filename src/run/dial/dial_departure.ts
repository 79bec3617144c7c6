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
    if (parts.multiplexer === undefined) yield* hangUpBare(parts, lines.data);
    yield* endMultiplexer(parts);
  }
  const { childTimeoutMs } = parts.settings.ppp;
  yield* parts.until(() => parts.programs.count === 0 ? true : undefined, childTimeoutMs || undefined);
  parts.programs.stopAll(parts.now);
  parts.closePorts();
  parts.files.close();
}

/** Where the line is still the call's, or a dial is under way. */
function* hangUpBare(parts: CourseParts, { line, session }: Lines["data"]): Generator<Wait, void, void> {
  if (session.isBusy) {
    session.stop(parts.now);
    yield* parts.until(() => session.engine.isIdle || session.gone !== undefined || undefined, CLOSE_WITHIN);
  }
  if (!session.engine.isHandedOver || session.gone !== undefined) return;
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
  multiplexer.stop(parts.now);
  yield* parts.until(() => multiplexer.ended, CLOSE_WITHIN);
  parts.multiplexer = undefined;
}
