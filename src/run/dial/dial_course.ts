/**
 * The course of a dial: find the port's state, identify, unlock, register, define the context, multiplex, dial, PPP; and back.
 *
 * A generator that yields what it waits for. What ends it early is thrown as a CourseEnd; the way back is the same from
 * wherever that was.
 *
 * @module
 */
import { servingOperator } from "../../at/commands/operator.ts";
import { type Procedure, query } from "../../at/procedure.ts";
import { defineContext, dial, hangUp } from "../../at/procedures/call.ts";
import { identify, type Identity } from "../../at/procedures/identify.ts";
import { readSignal } from "../../at/procedures/read_signal.ts";
import { register } from "../../at/procedures/register.ts";
import { unlock } from "../../at/procedures/unlock.ts";
import { finalWords } from "../../at/result_code.ts";
import type { SignalReading } from "../../at/signal.ts";
import { latin1 } from "../../base/text.ts";
import { type Host, HostError, type Level, type Millis } from "../../host.ts";
import { type AtSession, type PortOutcome } from "../at_session.ts";
import { endWords } from "../end_words.ts";
import { hostWords } from "../host_words.ts";
import type { ChannelLine, MultiplexedPort } from "../multiplexed_port.ts";
import { type OctetLine, PortLine } from "../octet_line.ts";
import type { PinLedger } from "../pin_ledger.ts";
import type { PppdFiles } from "../pppd_files.ts";
import type { Hooks } from "../pppd_hooks.ts";
import type { PppdLine } from "../pppd_line.ts";
import type { Programs } from "../programs.ts";
import { Recording } from "../recording.ts";
import { CallLine } from "./call_line.ts";
import { CourseEnd, type DialFailure, type DialReason, reasonOfLink } from "./dial_end.ts";
import type { DialOutcome, DialSettings, DialStepName } from "./dial_settings.ts";
import { multiplex } from "./multiplex.ts";
import { PppCall } from "./ppp_call.ts";
import { SignalWatch } from "./signal_watch.ts";
import {
  callFailure,
  harmless,
  identityWords,
  networkFailure,
  signalWords,
  simFailure,
  technologyNames,
} from "./verdicts.ts";

/** What the course waits for: something that happens, or a time. */
export interface Wait {
  readonly until: Millis | undefined;
}

/** What the course works with: the service, see there. */
export interface CourseParts {
  readonly host: Host;
  readonly settings: DialSettings;
  readonly hooks: Hooks;
  readonly files: PppdFiles;
  readonly programs: Programs;
  readonly now: Millis;
  readonly interruptedBy: string | undefined;
  multiplexer: MultiplexedPort | undefined;
  call: PppCall | undefined;
  signalWatch: SignalWatch | undefined;
  isLeaving: boolean;
  readonly log: (level: Level, text: string) => void;
  readonly step: (name: DialStepName, detail: string, facts?: Readonly<Record<string, unknown>>) => void;
  readonly tellSignal: (reading: SignalReading) => void;
  enter(name: DialStepName): void;
  failure(reason: DialReason, detail: string, step?: DialStepName): CourseEnd;
  openPort(path: string): PortLine;
  terminalOf(line: OctetLine): PppdLine | undefined;
  closePorts(): void;
  ledger(): PinLedger;
  session(line: OctetLine): AtSession;
  give(line: OctetLine, reader: AtSession | PppCall | undefined): void;
  multiplex(port: PortLine, n1: number, first: readonly Uint8Array[]): MultiplexedPort;
  until<T>(check: () => T | undefined, withinMs?: Millis): Generator<Wait, T | undefined, void>;
  run<R>(session: AtSession, procedure: Procedure<R>): Generator<Wait, R, void>;
  findState(session: AtSession): Generator<Wait, PortOutcome, void>;
}

/** The channels: calls on one, commands on the other. */
const CALL_CHANNEL = 1;
const COMMAND_CHANNEL = 2;
/** Beyond the guard time: T1 and its repeats. */
const CHANNEL_WITHIN: Millis = 5000;
/** A modem that was told of the end of PPP ends the call by itself. */
const LAST_WORD_WITHIN: Millis = 400;
const CLOSE_WITHIN: Millis = 1500;
const HANG_UP_WITHIN: Millis = 8000;

/** The lines of a dial: the same one twice where there is nothing but one bare port. */
interface Lines {
  readonly port: PortLine;
  /** Commands. */
  control: { line: OctetLine; session: AtSession };
  /** The call. */
  data: { line: OctetLine; session: AtSession };
}

/** See the file's head. */
export function* dialCourse(parts: CourseParts): Generator<Wait, DialOutcome, void> {
  const found: { lines: Lines | undefined; wasUp: boolean } = { lines: undefined, wasUp: false };
  let failure: DialFailure | undefined;
  try {
    failure = yield* forward(parts, found);
  } catch (error) {
    if (!(error instanceof CourseEnd)) throw error;
    failure = error.failure;
  }
  parts.isLeaving = true;
  yield* back(parts, found.lines);
  return {
    failure: failure?.reason === "interrupted" && found.wasUp ? undefined : failure,
    wasUp: found.wasUp,
  };
}

function* forward(
  parts: CourseParts,
  found: { lines: Lines | undefined; wasUp: boolean },
): Generator<Wait, DialFailure | undefined, void> {
  const { settings } = parts;
  const lines = openLines(parts);
  found.lines = lines;
  const { session } = lines.control;
  parts.enter("modem");
  yield* bringToAt(parts, lines.control);
  const identity = yield* parts.run(session, identify());
  parts.step("modem", identityWords(identity), {
    manufacturer: identity.manufacturer,
    model: identity.model,
    revision: identity.revision,
  });
  yield* unlockCard(parts, session, identity);
  yield* waitForNetwork(parts, session);
  const signal = yield* parts.run(session, readSignal({ ...identity }));
  if (signal !== undefined) {
    parts.step("signal", signalWords(signal), { percent: signal.percent, cells: signal.cells });
  }
  yield* prepareContext(parts, session);
  if (settings.multiplexer !== "off" && settings.controlPort === undefined) {
    yield* multiplexLines(parts, lines);
  }
  parts.enter("dial");
  if (lines.data.session !== lines.control.session) yield* bringToAt(parts, lines.data);
  const dialled = yield* parts.run(lines.data.session, dial(settings.contextIdentifier, settings.number));
  const refused = callFailure(dialled);
  if (refused !== undefined || dialled.kind !== "connected") return refused;
  parts.step("dial", dialled.speed === "" ? "CONNECT" : `CONNECT ${harmless(dialled.speed)}`, {
    speed: dialled.speed,
  });
  const hasSecond = lines.data.session !== lines.control.session;
  if (hasSecond) {
    const commands = signal?.commands;
    parts.signalWatch = new SignalWatch(lines.control.session, {
      settings: { ...identity, ...(commands === undefined || commands.length === 0 ? {} : { commands }) },
      everyMs: settings.signalEveryMs,
      told: parts.tellSignal,
    }, parts.now);
  }
  return yield* carry(parts, lines, found);
}

function openLines(parts: CourseParts): Lines {
  const { settings } = parts;
  parts.enter("port");
  const port = parts.openPort(settings.port);
  const data = { line: port, session: parts.session(port) };
  const facts = { port: settings.port, control: settings.controlPort };
  if (settings.controlPort === undefined) {
    parts.step("port", settings.port, facts);
    return { port, data, control: data };
  }
  const line = parts.openPort(settings.controlPort);
  parts.step("port", `${settings.port}, and ${settings.controlPort} for commands`, facts);
  return { port, data, control: { line, session: parts.session(line) } };
}

const silences = {
  silent: "nothing answers on",
  echo: "all that comes back is what was sent, so no modem is on",
  garbage: "something else than a modem speaks, or at another speed, on",
} as const;

function* bringToAt(
  parts: CourseParts,
  { line, session }: Lines["control"],
): Generator<Wait, void, void> {
  const outcome = yield* parts.findState(session);
  if (outcome.kind === "lineGone") throw parts.failure("portLost", outcome.why);
  if (outcome.kind === "failed") throw parts.failure("noModem", `${silences[outcome.why]} ${line.name}`);
  if (outcome.was !== "at") parts.log("notice", `${line.name} was left in another state: ${outcome.was}`);
}

function* unlockCard(
  parts: CourseParts,
  session: AtSession,
  identity: Identity,
): Generator<Wait, void, void> {
  const { pin, pinAgain: again, allowUnknownRetries } = parts.settings;
  parts.enter("sim");
  const result = yield* parts.run(
    session,
    unlock({
      pin,
      fingerprint: pin === undefined ? "" : fingerprintOf(parts, pin),
      manufacturer: identity.manufacturer ?? "",
      again,
      allowUnknownRetries,
    }),
  );
  const failure = simFailure(result);
  if (failure !== undefined) throw new CourseEnd(failure);
  parts.step("sim", result.kind === "unlocked" ? "unlocked with the PIN" : "ready", { state: result.kind });
}

function fingerprintOf(parts: CourseParts, pin: string): string {
  try {
    return parts.ledger().fingerprint(pin);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    throw parts.failure("pinUnkept", hostWords(error));
  }
}

function* waitForNetwork(parts: CourseParts, session: AtSession): Generator<Wait, void, void> {
  const { registerMs } = parts.settings;
  parts.enter("network");
  const result = yield* parts.run(session, register(registerMs));
  const failure = networkFailure(result, registerMs);
  if (failure !== undefined || result.kind !== "registered") {
    throw new CourseEnd(failure ?? { step: "network", reason: "notRegistered", detail: "no network" });
  }
  const { status, technology } = result.by;
  const { value: operator } = yield* parts.run(session, query(servingOperator));
  const known = technology ?? operator?.technology;
  const isRoaming = status.startsWith("roaming");
  const words = [
    operator?.name === undefined ? "registered" : harmless(operator.name),
    known === undefined ? "" : technologyNames[known],
    isRoaming ? "roaming" : "",
  ];
  parts.step("network", words.filter((each) => each !== "").join(", "), {
    operator: operator?.name,
    technology: known,
    roaming: isRoaming,
  });
}

function* prepareContext(parts: CourseParts, session: AtSession): Generator<Wait, void, void> {
  const { apn, contextIdentifier, pdpType, authentication } = parts.settings;
  if (apn === undefined) return;
  parts.enter("context");
  const result = yield* parts.run(
    session,
    defineContext({
      contextIdentifier,
      pdpType,
      apn,
      ...(authentication === undefined ? {} : { authentication: { method: "chap", ...authentication } }),
    }),
  );
  if (result.kind === "failed") {
    throw parts.failure("contextRefused", `the modem refused the APN "${apn}": ${finalWords(result.final)}`);
  }
  const name = apn === "" ? "the network's own APN" : `APN ${apn}`;
  parts.step("context", `${contextIdentifier}: ${pdpType}, ${name}`, { contextIdentifier, pdpType, apn });
}

/** Put a multiplexer on the port, where the modem has one: the call on one channel, commands go on over the other. */
function* multiplexLines(parts: CourseParts, lines: Lines): Generator<Wait, void, void> {
  const isWanted = parts.settings.multiplexer === "on";
  const { session } = lines.control;
  parts.enter("multiplexer");
  const offer = yield* parts.run(session, multiplex());
  if (offer === undefined) {
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

/** PPP over the call, until it ends. */
function* carry(
  parts: CourseParts,
  { data }: Lines,
  found: { wasUp: boolean },
): Generator<Wait, DialFailure | undefined, void> {
  const { host, settings, hooks, files } = parts;
  parts.enter("lcp");
  const line = new CallLine(host, data.line, data.session.handedOver);
  const terminal = parts.terminalOf(data.line);
  if (data.line instanceof PortLine) {
    if (terminal?.port?.carrier() === true) terminal.port.setLocal(false);
  } else (data.line as ChannelLine).watchCarrier();
  const speed = terminal?.speed ?? 0;
  hooks.environment.set("SPEED", String(speed));
  let call: PppCall;
  try {
    call = new PppCall({
      host,
      settings: settings.ppp,
      line,
      lineName: settings.port,
      speed,
      hooks,
      files,
      recording: openRecording(parts),
      log: parts.log,
      step: (name, detail, facts) => {
        parts.enter(name);
        parts.step(name, detail, facts);
      },
    }, parts.now);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    throw parts.failure("hostFailed", hostWords(error));
  }
  parts.call = call;
  parts.give(data.line, call);
  files.interfacePid(call.interfaceName, settings.ppp.linkName);
  files.offerStatistics(call.interfaceName, () => call.connection.statistics());
  call.ready(parts.now);
  // A signal closes the link, which then ends by itself: the wait is for that, whatever was asked.
  parts.isLeaving = true;
  const ended = yield* parts.until(() => call.ended);
  found.wasUp = call.connection.wasUp;
  if (ended === undefined || ended.reason === "asked") {
    return { step: "online", reason: "interrupted", detail: `stopped by ${parts.interruptedBy ?? "itself"}` };
  }
  const reason = line.hasEnded ? "callLost" : reasonOfLink(ended.reason, found.wasUp);
  const detail = line.hasEnded
    ? "the modem said NO CARRIER"
    : endWords(ended.reason, ended.detail) ?? ended.detail;
  return { step: found.wasUp ? "online" : "lcp", reason, detail };
}

function openRecording(parts: CourseParts): Recording | undefined {
  const path = parts.settings.ppp.recordPath;
  if (path === undefined) return undefined;
  try {
    return new Recording(parts.host, path, (text) => parts.log("warning", text));
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    parts.log("error", `Couldn't open record file ${path}: ${hostWords(error)}`);
    return undefined;
  }
}

/** Undo all of it: the link, the call, the multiplexer, the ports. */
function* back(parts: CourseParts, lines: Lines | undefined): Generator<Wait, void, void> {
  parts.signalWatch?.stop(parts.now);
  parts.signalWatch = undefined;
  const { call } = parts;
  if (call !== undefined) {
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
function* endMultiplexer(parts: CourseParts): Generator<Wait, void, void> {
  const { multiplexer } = parts;
  if (multiplexer === undefined) return;
  multiplexer.stop(parts.now);
  yield* parts.until(() => multiplexer.ended, CLOSE_WITHIN);
  parts.multiplexer = undefined;
}
