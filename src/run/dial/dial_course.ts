/**
 * The course of a dial: find the port's state, identify, unlock, register, define the context, multiplex, dial, PPP; and back.
 *
 * A generator that yields what it waits for. What ends it early is thrown as a CourseEnd; the way back is the same from
 * wherever that was.
 *
 * @module
 */
import { credentialsOrderOf } from "../../at/commands/context.ts";
import { servingOperator } from "../../at/commands/operator.ts";
import { type Procedure, query } from "../../at/procedure.ts";
import { defineContext, dial } from "../../at/procedures/call.ts";
import { identify, type Identity } from "../../at/procedures/identify.ts";
import { readSignal } from "../../at/procedures/read_signal.ts";
import { register } from "../../at/procedures/register.ts";
import { switchOn } from "../../at/procedures/switch_on.ts";
import { unlock } from "../../at/procedures/unlock.ts";
import { finalWords } from "../../at/result_code.ts";
import { HostError } from "../../host.ts";
import type { AtSession } from "../at_session.ts";
import { endWords } from "../end_words.ts";
import { hostWords } from "../host_words.ts";
import type { ChannelLine } from "../multiplexed_port.ts";
import { PortLine } from "../octet_line.ts";
import { Recording } from "../recording.ts";
import { CallLine } from "./call_line.ts";
import type { CourseParts, Lines, Wait } from "./course_parts.ts";
import { back } from "./dial_departure.ts";
import { CourseEnd, type DialFailure, reasonOfLink } from "./dial_end.ts";
import type { DialOutcome } from "./dial_settings.ts";
import { bringToAt, multiplexLines } from "./multiplexed_lines.ts";
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
  const identity = yield* asked(parts, session, identify());
  parts.step("modem", identityWords(identity), {
    manufacturer: identity.manufacturer,
    model: identity.model,
    revision: identity.revision,
  });
  yield* unlockCard(parts, session, identity);
  yield* waitForNetwork(parts, session);
  const signal = yield* asked(parts, session, readSignal({ ...identity }));
  if (signal !== undefined) {
    parts.step("signal", signalWords(signal), { percent: signal.percent, cells: signal.cells });
  }
  yield* prepareContext(parts, session, identity);
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

/** What a procedure gives; whatever it is, a modem that has stopped answering by its end is the reason of what follows. */
function* asked<R>(
  parts: CourseParts,
  session: AtSession,
  procedure: Procedure<R>,
): Generator<Wait, R, void> {
  const result = yield* parts.run(session, procedure);
  if (session.engine.health === "dead") throw parts.failure("noModem", "the modem stopped answering");
  return result;
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

function* unlockCard(
  parts: CourseParts,
  session: AtSession,
  identity: Identity,
): Generator<Wait, void, void> {
  const { pin, pinAgain: again, allowUnknownRetries } = parts.settings;
  parts.enter("sim");
  const radio = yield* asked(parts, session, switchOn());
  if (radio.kind === "refused") {
    parts.log("warning", `The radio is off, and the modem does not switch it on: ${finalWords(radio.final)}`);
  }
  const result = yield* asked(
    parts,
    session,
    unlock({
      pin,
      manufacturer: identity.manufacturer ?? "",
      again,
      allowUnknownRetries,
      isStarting: radio.kind === "switchedOn",
    }),
  );
  const failure = simFailure(result);
  if (failure !== undefined) throw new CourseEnd(failure);
  parts.step("sim", result.kind === "unlocked" ? "unlocked with the PIN" : "ready", { state: result.kind });
}

function* waitForNetwork(parts: CourseParts, session: AtSession): Generator<Wait, void, void> {
  const { registerMs } = parts.settings;
  parts.enter("network");
  const result = yield* asked(parts, session, register(registerMs));
  const failure = networkFailure(result, registerMs);
  if (failure !== undefined || result.kind !== "registered") {
    throw new CourseEnd(failure ?? { step: "network", reason: "notRegistered", detail: "no network" });
  }
  const { status, technology } = result.by;
  const { value: operator } = yield* asked(parts, session, query(servingOperator));
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

function* prepareContext(
  parts: CourseParts,
  session: AtSession,
  identity: Identity,
): Generator<Wait, void, void> {
  const { apn, contextIdentifier, pdpType, authentication } = parts.settings;
  if (apn === undefined) return;
  parts.enter("context");
  const order = credentialsOrderOf(identity.manufacturer ?? "", identity.model ?? "");
  const result = yield* asked(
    parts,
    session,
    defineContext({
      contextIdentifier,
      pdpType,
      apn,
      ...(authentication === undefined
        ? {}
        : { authentication: { method: "chap", order, ...authentication } }),
    }),
  );
  if (result.kind === "failed") {
    throw parts.failure("contextRefused", `the modem refused the APN "${apn}": ${finalWords(result.final)}`);
  }
  const name = apn === "" ? "the network's own APN" : `APN ${apn}`;
  parts.step("context", `${contextIdentifier}: ${pdpType}, ${name}`, { contextIdentifier, pdpType, apn });
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
  const { interruptedBy } = parts;
  if (ended === undefined || (ended.reason === "asked" && interruptedBy !== undefined)) {
    return { step: "online", reason: "interrupted", detail: `stopped by ${interruptedBy ?? "itself"}` };
  }
  if (call.connection.hasFailed) {
    const detail = `interface ${call.interfaceName} is gone: another program removed it`;
    return { step: "online", reason: "linkEnded", detail };
  }
  const reason = line.hasEnded ? "callLost" : reasonOfLink(ended.reason, found.wasUp);
  const detail = line.hasEnded
    ? "the modem said NO CARRIER"
    : ended.reason === "carrierLost"
    ? "the line was hung up: the call is over, or the modem is gone"
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
