/**
 * From what the modem's procedures gave to the end of a dial, or to go on: in plain words.
 *
 * @module
 */
import type { DialResult } from "../../at/procedures/call.ts";
import type { Identity } from "../../at/procedures/identify.ts";
import type { RegisterResult } from "../../at/procedures/register.ts";
import type { HeldReason, UnlockResult } from "../../at/procedures/unlock.ts";
import { finalWords } from "../../at/result_code.ts";
import type { SignalReading, Technology } from "../../at/signal.ts";
import { fromLatin1, printable } from "../../base/text.ts";
import type { DialFailure, DialReason } from "./dial_end.ts";

/** A modem's own words, so that nothing in them can move a cursor. */
export function harmless(text: string): string {
  return printable(fromLatin1(text), 100);
}

/** Names of technologies as people say them. */
export const technologyNames: Record<Technology, string> = {
  gsm: "2G",
  umts: "3G",
  lte: "LTE",
  nr: "5G",
};

/** The modem's name. */
export function identityWords({ manufacturer, model, revision }: Identity): string {
  const maker = manufacturer ?? "";
  const kind = model ?? "";
  const isNamedInModel = kind.toLowerCase().startsWith(maker.toLowerCase());
  const name = [isNamedInModel ? "" : maker, kind].filter((each) => each !== "").join(" ");
  const words = name === "" ? "a modem that does not tell its name" : harmless(name);
  return revision === undefined ? words : `${words}, ${harmless(revision)}`;
}

const heldReasons: Record<HeldReason, readonly [DialReason, string]> = {
  lastTry: ["pinHeld", "the card has less than two tries left"],
  unknownRetries: ["pinHeld", "the modem does not tell how many tries are left"],
  triedBefore: ["pinHeld", "this PIN has failed on this card before, or a try was cut off"],
  otherCard: ["pinHeld", "the PIN is for another card"],
  puk: ["pukWanted", "the card is blocked and wants its PUK"],
  lock: ["simLocked", "the modem is bound to another provider's cards"],
  noPin: ["pinWanted", "the card wants its PIN"],
  ledgerBusy: ["pinHeld", "another program writes down the tries of its PIN at this moment"],
  unknownState: ["simFailed", "the card is in a state that is not known"],
};

/** Why a card keeps us from a call; undefined when it does not. */
export function simFailure(result: UnlockResult): DialFailure | undefined {
  const failure = (reason: DialReason, detail: string) => ({ step: "sim", reason, detail } as const);
  const tries = (left: number | undefined) =>
    left === undefined ? "" : `; ${left === 1 ? "1 try is" : `${left} tries are`} left`;
  switch (result.kind) {
    case "ready":
    case "unlocked":
      return undefined;
    case "noCard":
      return failure("noSim", "there is no SIM card in the modem");
    case "wrongPin":
      return failure("pinWrong", `the card refused the PIN${tries(result.left)}`);
    case "uncertain":
      return failure("simFailed", `whether the card took the PIN is not known${tries(result.left)}`);
    case "held": {
      const [reason, words] = heldReasons[result.why];
      return failure(reason, `${words}${result.why === "lastTry" ? tries(result.left) : ""}`);
    }
    case "failed":
      return failure("simFailed", `the card does not answer: ${finalWords(result.final)}`);
  }
}

/** Why there is no network; undefined when there is one. */
export function networkFailure(result: RegisterResult, withinMs: number): DialFailure | undefined {
  switch (result.kind) {
    case "registered":
      return undefined;
    case "denied": {
      const { cause } = result.by;
      const words = cause === undefined ? "" : ` (cause ${cause.value})`;
      return {
        step: "network",
        reason: "registrationDenied",
        detail: `the network refuses the card${words}`,
      };
    }
    case "timeout": {
      const last = result.all.map((each) => each.status).find((each) => each !== "unknown") ?? "nothing";
      const detail = `no network within ${Math.round(withinMs / 1000)} s; the modem says: ${last}`;
      return { step: "network", reason: "notRegistered", detail };
    }
  }
}

/** Why a call did not get through; undefined when it did. */
export function callFailure(result: DialResult): DialFailure | undefined {
  if (result.kind === "connected") return undefined;
  const { final, cause } = result;
  const reason: DialReason = final.kind === "busy"
    ? "callBusy"
    : final.kind === "timeout" || final.kind === "noAnswer"
    ? "callUnanswered"
    : final.kind === "portDead"
    ? "noModem"
    : "callRefused";
  const why = cause === undefined ? "" : `: ${harmless(cause)}`;
  const isSaid = ["timeout", "portDead", "aborted", "error"].includes(final.kind);
  const words = isSaid ? finalWords(final) : `the modem answered ${finalWords(final)}`;
  return { step: "dial", reason, detail: `${words}${why}` };
}

/** A reading in one line: what the serving cell tells, the best of it first. */
export function signalWords({ cells, percent }: SignalReading): string {
  const [cell] = cells;
  if (cell === undefined) return "no signal";
  const values = [
    cell.technology === undefined ? undefined : technologyNames[cell.technology],
    percent === undefined ? undefined : `${percent} %`,
    cell.rsrp === undefined ? undefined : `RSRP ${cell.rsrp} dBm`,
    cell.rsrq === undefined ? undefined : `RSRQ ${cell.rsrq} dB`,
    cell.sinr === undefined ? undefined : `SINR ${cell.sinr} dB`,
    cell.rscp === undefined ? undefined : `RSCP ${cell.rscp} dBm`,
    cell.ecIo === undefined ? undefined : `Ec/Io ${cell.ecIo} dB`,
    cell.rsrp === undefined && cell.rscp === undefined && cell.rssi !== undefined
      ? `RSSI ${cell.rssi} dBm`
      : undefined,
    cell.band === undefined ? undefined : `band ${cell.band}`,
  ];
  return values.filter((each) => each !== undefined).join(", ");
}
