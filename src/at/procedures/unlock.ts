/**
 * The card's PIN, so that no card is ever blocked by us.
 *
 * State and tries are read first. A PIN goes out only when the card asks for one, at least two tries are left, and this PIN has
 * not failed on this card; that it is about to be tried is written down before it goes out, so that a crash in between leads to
 * no blind try. One wrong PIN ends it. PUK, second PIN and network locks are left to people.
 *
 * @module
 */
import type { Millis } from "../../machine.ts";
import { enterPin, type PinRetries, type PinState, pinState, retriesOf } from "../commands/sim.ts";
import { ask, fingerprint, pause, type Procedure, query, recall, remember } from "../procedure.ts";
import type { FinalResult } from "../result_code.ts";
import { cardNumber } from "./identify.ts";
import {
  afterRight,
  emitTrials,
  markFor,
  mostTriesLeft,
  parseTrials,
  type PinOnCard,
  settledTrials,
  type Trial,
  UNKNOWN,
  withMark,
} from "./pin_trials.ts";

/** What to unlock with. */
export interface UnlockSettings {
  readonly pin: string | undefined;
  /** What `+CGMI` said: each maker has its own command for the tries. */
  readonly manufacturer: string;
  /** ICCID of the only card that this PIN is for; undefined: any. */
  readonly onlyFor?: string | undefined;
  /** Enter it though the modem does not tell the tries; default false. */
  readonly allowUnknownRetries?: boolean;
  /** The modem has just been switched on: for a while it may know of no card. Default false. */
  readonly isStarting?: boolean;
  /** A person says that this PIN shall be tried although it is written down as failed; default false. */
  readonly again?: boolean;
}

/** Why a PIN was not entered. */
export type HeldReason =
  /** One try is left, or none. */
  | "lastTry"
  | "unknownRetries"
  /** It has failed on this card, or a try was cut off. */
  | "triedBefore"
  | "otherCard"
  | "puk"
  | "lock"
  | "noPin"
  | "unknownState"
  /** Another program writes all the time where tries are written down. */
  | "ledgerBusy";

/** How it ended. */
export type UnlockResult =
  | { readonly kind: "ready" | "unlocked" | "noCard" }
  /** `left`: tries now. */
  | { readonly kind: "wrongPin" | "uncertain"; readonly left: number | undefined }
  | { readonly kind: "held"; readonly why: HeldReason; readonly left: number | undefined }
  | { readonly kind: "failed"; readonly final: FinalResult };

/** +CME ERROR: SIM not inserted. 27.007 §9.2.1 */
const NO_CARD = 10;
const BUSY_TRIES = 10;
const BUSY_PAUSE: Millis = 2000;
/** Modems that have just been plugged in speak of a card that is missing or broken before they have found it. */
const EARLY_TRIES = 3;
const READY_TRIES = 20;
const READY_PAUSE: Millis = 1000;

/** Unlock the card, if that can be done safely. */
export function* unlock(settings: UnlockSettings): Procedure<UnlockResult> {
  const before = yield* settledState(settings.isStarting ?? false);
  if (before.kind !== "state") return before;
  if (before.state === "ready" || before.state === "secondary") return { kind: "ready" };
  if (before.state === "puk" || before.state === "lock") return held(before.state);
  if (before.state === "unknown") return held("unknownState");
  const { pin } = settings;
  if (pin === undefined) return held("noPin");
  const entry = enterPin(pin);

  const card = yield* cardNumber();
  if (settings.onlyFor !== undefined && settings.onlyFor !== card) return held("otherCard");
  const left = yield* triesLeft(settings.manufacturer);
  if (left === undefined && settings.allowUnknownRetries !== true) return held("unknownRetries");
  if (left !== undefined && left < 2) return held("lastTry", left);

  const word = yield* fingerprintOf(pin);
  if (word === undefined) return held("ledgerBusy", left);
  const trial = { fingerprint: word, card: card ?? UNKNOWN, count: `${left ?? UNKNOWN}` };
  let why: HeldReason = "triedBefore";
  const written = yield* rewrite((before) => {
    const trials = settledTrials(before, trial);
    const again = settings.again ?? false;
    const mark = markFor(trials, trial, again);
    if (left === undefined && !again && mostTriesLeft(trials, trial) < 2) why = "lastTry";
    else if (mark !== undefined) return withMark(trials, trial, mark);
    return undefined;
  });
  if (written !== "kept") return held(written === "busy" ? "ledgerBusy" : why, left);
  const { final } = yield* ask(entry);
  return yield* outcome(trial, settings, final, left);
}

function held(why: HeldReason, left?: number): UnlockResult {
  return { kind: "held", why, left };
}

/** Where it is written down what was tried. */
const KEY = "pins";
/** How often a file that another program writes just now is waited for, and how long each time. */
const KEEP_TRIES = 100;
const KEEP_PAUSE: Millis = 50;

/**
 * Change what is written down; what `change` gives is written, and undefined leaves it. Another program may write at the same
 * time: then what it wrote is looked at anew.
 */
function* rewrite(change: (trials: Trial[]) => Trial[] | undefined): Procedure<"kept" | "left" | "busy"> {
  for (let turn = 0; turn < KEEP_TRIES; turn++) {
    const before = yield* recall(KEY);
    const after = change(parseTrials(before));
    if (after === undefined) return "left";
    if (yield* remember(KEY, emitTrials(after), before)) return "kept";
    yield* pause(KEEP_PAUSE);
  }
  return "busy";
}

/** What tells this PIN from another without telling it; undefined where that cannot be had now. */
function* fingerprintOf(pin: string): Procedure<string | undefined> {
  for (let turn = 0; turn < KEEP_TRIES; turn++) {
    const found = yield* fingerprint(pin);
    if (found !== undefined) return found;
    yield* pause(KEEP_PAUSE);
  }
  return undefined;
}

type Settled = { readonly kind: "state"; readonly state: PinState } | UnlockResult;

/** The state, once the card is no longer busy. */
function* settledState(isStarting: boolean): Procedure<Settled> {
  let missed = 0;
  for (let turn = 0;; turn++) {
    const { value, final } = yield* query(pinState);
    if (value !== undefined && value !== "absent") return { kind: "state", state: value };
    const code = value === "absent" ? NO_CARD : final.kind === "cmeError" ? final.code : undefined;
    if (code === 12) return { kind: "state", state: "puk" };
    const isBusy = code === 14 || (final.kind === "ok" && value === undefined) || isStarting;
    // One answer may get lost.
    if (final.kind === "timeout" && missed++ === 0) continue;
    const mayChange = final.kind === "ok" || final.kind === "error" || final.kind === "cmeError";
    if (!mayChange || turn >= (isBusy ? BUSY_TRIES : EARLY_TRIES)) {
      return code === NO_CARD ? { kind: "noCard" } : { kind: "failed", final };
    }
    yield* pause(BUSY_PAUSE);
  }
}

/** Tries of the PIN that are left; undefined: no command tells. */
export function* triesLeft(maker: string): Procedure<number | undefined> {
  const retries = yield* pinRetries(maker);
  return retries?.pin;
}

/** Tries of PIN and PUK. */
export function* pinRetries(maker: string): Procedure<PinRetries | undefined> {
  for (const command of retriesOf(maker)) {
    const { value } = yield* query(command);
    if (value !== undefined) return value;
  }
  return undefined;
}

function* outcome(
  trial: PinOnCard,
  settings: UnlockSettings,
  final: FinalResult,
  before: number | undefined,
): Procedure<UnlockResult> {
  const isWrong = final.kind === "cmeError" && (final.code === 16 || final.code === 12);
  if (!isWrong) {
    // After an OK the card takes its time; after anything else the state tells what came of it. Never sent again.
    for (let turn = 0; turn < READY_TRIES; turn++) {
      const { value } = yield* query(pinState);
      if (value === "ready" || value === "secondary") {
        yield* rewrite((trials) => afterRight(trials, trial));
        return { kind: "unlocked" };
      }
      if (value === "puk" || (value === "pin" && final.kind !== "ok")) break;
      yield* pause(READY_PAUSE);
    }
  }
  const left = yield* triesLeft(settings.manufacturer);
  if (isWrong || (before !== undefined && left !== undefined && left < before)) {
    yield* rewrite((trials) => withMark(trials, trial, "wrong"));
    return { kind: "wrongPin", left };
  }
  return { kind: "uncertain", left };
}
