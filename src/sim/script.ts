/**
 * A script for the virtual modem, in TOML: which kind it is, its card, its network, how calls end, and what goes wrong when.
 * docs/SIM.md has every key.
 *
 * @module
 */
import { fromHex } from "../base/octets.ts";
import { parseIpv4 } from "../base/inet.ts";
import type { Millis } from "../machine.ts";
import { type CarrierOptions, plainCarrier } from "./carrier.ts";
import type { Fault, ScheduledFault } from "./fault.ts";
import type { ModemOptions } from "./modem.ts";
import type { ModemProfile } from "./modem_profile.ts";
import { modemProfiles } from "./profiles/table.ts";
import { ScriptError, ScriptTable } from "./script_table.ts";
import { fitsOneMessage } from "./short_message.ts";
import { plainSimCard, type SimCardOptions } from "./sim_card.ts";

/** What is at the other end of a call. */
export type CallEndOptions =
  | {
    readonly kind: "server";
    readonly method: "none" | "pap" | "chap-md5" | "mschap-v2";
    readonly user: string;
    readonly secret: string;
    /** Its own address, as a 32-bit unsigned integer; the caller gets the context's. */
    readonly address: number;
    readonly dns: readonly number[];
    readonly ignoresPings: boolean;
  }
  /** A program with the call as its terminal, or as its standard input and output. */
  | { readonly kind: "program"; readonly commandLine: string; readonly over: "pty" | "pipe" };

/** What a script says. */
export interface Script {
  readonly modem: Omit<ModemOptions, "seed">;
  /** Undefined for accidents that are others each time. */
  readonly seed: number | undefined;
  readonly call: CallEndOptions;
}

const MOST_MS: Millis = 86_400_000;
/** 10.64.255.254: beside the addresses of contexts. */
const SERVER = 0x0a40fffe;
/** Name servers of TEST-NET-2, RFC 5737. */
const DNS = [0xc6336435, 0xc6336436];

/** Our server, without authentication. */
export const plainCallEnd: CallEndOptions = {
  kind: "server",
  method: "none",
  user: "",
  secret: "",
  address: SERVER,
  dns: DNS,
  ignoresPings: false,
};

/** Read a script; a profile and ports that are chosen take the place of its own, and the rest of it holds. Throws ScriptError. */
export function parseScript(
  text: string,
  chosen: { readonly profile?: string | undefined; readonly ports?: number | undefined } = {},
): Script {
  const script = ScriptTable.parse(text);
  const named = script.text("profile");
  const name = chosen.profile ?? named ?? "plain";
  const found = modemProfiles.get(name);
  if (found === undefined) {
    throw new ScriptError(`profile: expected ${[...modemProfiles.keys()].join(", ")}, got "${name}"`);
  }
  const profile = timedProfile(found, script.table("timing"));
  const portsOfScript = script.number("ports", 1, 8);
  const ports = chosen.ports ?? portsOfScript ?? profile.ports;
  const result = {
    modem: {
      profile,
      ports,
      sim: readSim(script.table("sim")),
      carrier: readNetwork(script.table("network")),
      faults: script.tables("fault").map((each) => readFault(each, ports)),
    },
    seed: script.number("seed", 0, 0xffffffff),
    call: readCall(script.table("call")),
  };
  script.end();
  return result;
}

function timedProfile(profile: ModemProfile, table: ScriptTable): ModemProfile {
  const timed = {
    ...profile,
    answerMs: table.number("answer_ms", 0, MOST_MS) ?? profile.answerMs,
    dialMs: table.number("dial_ms", 0, MOST_MS) ?? profile.dialMs,
    restartMs: table.number("restart_ms", 0, MOST_MS) ?? profile.restartMs,
    multiplexesAfterMs: table.number("mux_after_ms", 0, MOST_MS) ?? profile.multiplexesAfterMs,
    simBusyMs: table.number("sim_busy_ms", 0, MOST_MS) ?? profile.simBusyMs,
  };
  table.end();
  return timed;
}

function readSim(table: ScriptTable): SimCardOptions {
  const sim = {
    isPresent: table.flag("present") ?? plainSimCard.isPresent,
    pin: table.digits("pin", 4, 8),
    puk: table.digits("puk", 8, 8) ?? plainSimCard.puk,
    pinTries: table.number("pin_tries", 0, 3) ?? plainSimCard.pinTries,
    pukTries: table.number("puk_tries", 0, 10) ?? plainSimCard.pukTries,
    imsi: table.digits("imsi", 6, 15) ?? plainSimCard.imsi,
    iccid: table.digits("iccid", 18, 20) ?? plainSimCard.iccid,
    number: table.text("number", 20) ?? plainSimCard.number,
    provider: table.text("provider", 16) ?? plainSimCard.provider,
  };
  table.end();
  return sim;
}

function readNetwork(table: ScriptTable): CarrierOptions {
  const carrier = {
    operator: table.text("operator", 32) ?? plainCarrier.operator,
    shortOperator: table.text("short_operator", 10) ?? plainCarrier.shortOperator,
    plmn: table.digits("plmn", 5, 6) ?? plainCarrier.plmn,
    registersAfterMs: table.number("registers_after_ms", 0, MOST_MS) ?? plainCarrier.registersAfterMs,
    registration: table.word("registration", ["home", "roaming", "denied"]) ?? plainCarrier.registration,
    signalQuality: table.number("signal", 0, 31) ?? plainCarrier.signalQuality,
    signalVaries: table.number("signal_varies", 0, 31) ?? plainCarrier.signalVaries,
    signalEveryMs: table.number("signal_every_ms", 100, MOST_MS) ?? plainCarrier.signalEveryMs,
    apns: table.texts("apns"),
    area: table.number("area", 0, 0xffff) ?? plainCarrier.area,
    cell: table.number("cell", 0, 0xfffffff) ?? plainCarrier.cell,
  };
  table.end();
  return carrier;
}

function readCall(table: ScriptTable): CallEndOptions {
  const end = table.word("end", ["server", "pppd", "program", "pipe"]) ?? "server";
  const read = (): CallEndOptions => {
    switch (end) {
      case "server":
        return {
          kind: "server",
          method: table.word("method", ["none", "pap", "chap-md5", "mschap-v2"]) ?? "none",
          user: table.text("user", 255) ?? "",
          secret: table.text("secret", 255) ?? "",
          address: address(table.text("address"), "call.address") ?? SERVER,
          dns: table.texts("dns")?.map((each) => address(each, "call.dns") ?? 0) ?? DNS,
          ignoresPings: table.flag("ignores_pings") ?? false,
        };
      case "pppd":
        return pppdCallEnd(table.text("options", 4000) ?? "");
      case "program":
      case "pipe": {
        const commandLine = table.text("run", 4000);
        if (commandLine === undefined) {
          throw new ScriptError(`call.run: a command line is missing for end = "${end}"`);
        }
        return { kind: "program", commandLine, over: end === "pipe" ? "pipe" : "pty" };
      }
    }
  };
  const call = read();
  table.end();
  return call;
}

/** A real pppd that gives the caller the context's address; `options` come behind and have the last word. */
export function pppdCallEnd(options: string): CallEndOptions {
  const commandLine = "exec pppd nodetach logfd 2 local noauth nodefaultroute 10.64.255.254:$CALL_ADDRESS " +
    "ms-dns 198.51.100.53 ms-dns 198.51.100.54 " +
    `$(case $CALL_TYPE in IP) ;; IPV6) echo noip +ipv6 ;; *) echo +ipv6 ;; esac) ${options}`;
  return { kind: "program", commandLine, over: "pty" };
}

function address(text: string | undefined, key: string): number | undefined {
  if (text === undefined) return undefined;
  const found = parseIpv4(text);
  if (found === undefined) throw new ScriptError(`${key}: expected an IPv4 address, got "${text}"`);
  return found;
}

function hexadecimal(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  if (!/^([0-9a-fA-F]{2})+$/.test(text)) {
    throw new ScriptError(`fault: pdu: expected pairs of hexadecimal digits, got "${text.slice(0, 60)}"`);
  }
  return fromHex(text);
}

const occasions = ["start", "command", "call"] as const;
const faultNames = [
  "hang",
  "garble",
  "drop",
  "echo",
  "unplug",
  "restart",
  "refuse_apn",
  "lose_registration",
  "slow",
  "say",
  "answer",
  "hang_up",
  "empty_nak",
  "message",
  "signal",
] as const;

function readFault(table: ScriptTable, ports: number): ScheduledFault {
  const name = table.word("do", faultNames);
  if (name === undefined) {
    throw new ScriptError(`fault: "do" is missing; it is one of ${faultNames.join(", ")}`);
  }
  const kind = table.word("on", occasions) ?? "start";
  const prefix = table.text("command");
  if (kind === "command" && prefix === undefined) {
    throw new ScriptError('fault: on = "command" needs command = "AT+…", what the line begins with');
  }
  if (name === "answer" && kind !== "command") {
    throw new ScriptError('fault: do = "answer" needs on = "command"');
  }
  const scheduled = {
    fault: faultOf(name, table, ports),
    on: kind === "command" ? { kind, prefix: prefix ?? "" } : { kind },
    afterMs: name === "answer" ? 0 : table.number("after_ms", 0, MOST_MS) ?? 0,
    skip: table.number("skip", 0, 1_000_000) ?? 0,
    times: table.number("times", 0, 1_000_000) ?? 1,
    // An answer belongs to its command: a later one would fall upon another.
    count: name === "answer" ? 1 : table.number("repeat", 1, 1_000_000) ?? 1,
    everyMs: name === "answer" ? 1000 : table.number("every_ms", 1, MOST_MS) ?? 1000,
  };
  table.end();
  return scheduled;
}

function faultOf(name: (typeof faultNames)[number], table: ScriptTable, ports: number): Fault {
  const forMs = () => table.number("for_ms", 1, MOST_MS) ?? 5000;
  const port = () => table.number("port", 0, ports - 1);
  switch (name) {
    case "hang":
      return { kind: "line", port: port(), damage: { kind: "hang", forMs: forMs() } };
    case "garble":
    case "drop": {
      const perMille = table.number("per_mille", 1, 1000) ?? 10;
      const direction = table.word("direction", ["toHost", "toModem", "both"]) ?? "both";
      return { kind: "line", port: port(), damage: { kind: name, forMs: forMs(), perMille, direction } };
    }
    case "echo":
      return {
        kind: "line",
        port: port(),
        damage: { kind: "echo", forMs: forMs(), times: table.number("copies", 1, 1000) ?? 3 },
      };
    case "unplug":
      return { kind: "unplug", forMs: forMs() };
    case "restart":
      return { kind: "restart" };
    case "refuse_apn":
      return { kind: "refuseApn", forMs: forMs() };
    case "lose_registration":
      return { kind: "loseRegistration", forMs: forMs() };
    case "slow":
      return { kind: "slow", forMs: forMs(), byMs: table.number("by_ms", 1, MOST_MS) ?? 2000 };
    case "say":
      return {
        kind: "say",
        port: port(),
        text: table.text("text", 4000, true) ?? "+CREG: 2",
        isRaw: table.flag("raw") ?? false,
      };
    case "answer":
      return { kind: "answer", text: table.text("text", 4000, true) ?? "ERROR" };
    case "hang_up":
      return { kind: "hangUp" };
    case "empty_nak":
      return { kind: "emptyNak", times: table.number("count", 0, 1000) ?? 3 };
    case "message": {
      const number = table.text("number", 20) ?? "+15550123";
      const text = table.text("text", 160, true) ?? "hello";
      if (!fitsOneMessage(text)) {
        throw new ScriptError(
          "fault: text: expected 160 septets of the default alphabet, or 70 units of UCS2",
        );
      }
      return { kind: "message", number, text, pdu: hexadecimal(table.text("pdu", 1000)) };
    }
    case "signal":
      return { kind: "signal", quality: table.number("quality", 0, 31) ?? 5 };
  }
}
