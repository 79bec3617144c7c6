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
import { ask, pause, type Procedure, query, recall, remember } from "../procedure.ts";
import type { FinalResult } from "../result_code.ts";
import { cardNumber } from "./identify.ts";

/** What to unlock with. */
export interface UnlockSettings {
  readonly pin: string | undefined;
  /** Tells this PIN from another without telling it: a keyed digest, the caller's. One word. */
  readonly fingerprint: string;
  /** What `+CGMI` said: each maker has its own command for the tries. */
  readonly manufacturer: string;
  /** ICCID of the only card that this PIN is for; undefined: any. */
  readonly onlyFor?: string | undefined;
  /** Enter it though the modem does not tell the tries; default false. */
  readonly allowUnknownRetries?: boolean;
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
  | "unknownState";

/** How it ended. */
export type UnlockResult =
  | { readonly kind: "ready" | "unlocked" | "noCard" }
  /** `left`: tries now. */
  | { readonly kind: "wrongPin" | "uncertain"; readonly left: number | undefined }
  | { readonly kind: "held"; readonly why: HeldReason; readonly left: number | undefined }
  | { readonly kind: "failed"; readonly final: FinalResult };

const BUSY_TRIES = 10;
const BUSY_PAUSE: Millis = 2000;
const READY_TRIES = 20;
const READY_PAUSE: Millis = 1000;
/** A fresh card's tries. */
const FULL = "3";

/** Unlock the card, if that can be done safely. */
export function* unlock(settings: UnlockSettings): Procedure<UnlockResult> {
  const before = yield* settledState();
  if (before.kind !== "state") return before;
  if (before.state === "ready" || before.state === "secondary") return { kind: "ready" };
  if (before.state === "puk" || before.state === "lock") return held(before.state);
  if (before.state === "unknown") return held("unknownState");
  const { pin } = settings;
  if (pin === undefined) return held("noPin");

  const card = yield* cardNumber();
  if (settings.onlyFor !== undefined && settings.onlyFor !== card) return held("otherCard");
  const left = yield* triesLeft(settings.manufacturer);
  if (left === undefined && settings.allowUnknownRetries !== true) return held("unknownRetries");
  if (left !== undefined && left < 2) return held("lastTry", left);

  const trial = { fingerprint: settings.fingerprint, card: card ?? UNKNOWN, count: `${left ?? UNKNOWN}` };
  const trials = settled(parseTrials(yield* recall(KEY)), trial);
  const mark = markFor(trials, trial, settings.again ?? false);
  if (mark === undefined) return held("triedBefore", left);
  yield* remember(KEY, emitTrials(others(trials, trial), { ...trial, mark }));
  const { final } = yield* ask(enterPin(pin));
  return yield* outcome(trials, trial, settings, final, left);
}

function held(why: HeldReason, left?: number): UnlockResult {
  return { kind: "held", why, left };
}

/** A PIN on a card. */
interface PinOnCard {
  readonly fingerprint: string;
  /** ICCID, or UNKNOWN. */
  readonly card: string;
  /** Tries that were left before, or UNKNOWN. */
  readonly count: string;
}

/** What is written down of it: that it is being tried, for the second time, or that it was wrong. */
interface Trial extends PinOnCard {
  readonly mark: string;
}

const KEY = "pins";
const UNKNOWN = "unknown";
/** Trials that are remembered, the latest. */
const MOST_TRIALS = 64;

function parseTrials(text: string | undefined): Trial[] {
  return (text ?? "").split(";").flatMap((each) => {
    const [mark, fingerprint, card, count = UNKNOWN] = each.split(" ");
    if (mark === undefined || fingerprint === undefined || card === undefined) return [];
    return [{ mark, fingerprint, card, count }];
  });
}

/** The text of these and one more; undefined when there is none. */
function emitTrials(trials: readonly Trial[], trial?: Trial): string | undefined {
  const all = trials.concat(trial ?? []).slice(-MOST_TRIALS);
  const texts = all.map((each) => `${each.mark} ${each.fingerprint} ${each.card} ${each.count}`);
  return texts.length === 0 ? undefined : texts.join(";");
}

/** Whether it may be the same PIN on the same card: a card that did not tell its number may be any. */
function isSame(one: PinOnCard, other: PinOnCard): boolean {
  return one.fingerprint === other.fingerprint &&
    (one.card === other.card || one.card === UNKNOWN || other.card === UNKNOWN);
}

function others(trials: readonly Trial[], trial: PinOnCard): Trial[] {
  return trials.filter((each) => !isSame(each, trial));
}

function isOnCard(one: PinOnCard, other: PinOnCard): boolean {
  return one.card === other.card || one.card === UNKNOWN || other.card === UNKNOWN;
}

/**
 * What was cut off and has cost a try since was wrong: that has to be known before another PIN goes out, since a right one gives
 * the card all its tries back.
 */
function settled(trials: readonly Trial[], now: PinOnCard): Trial[] {
  return trials.map((each) =>
    isOnCard(each, now) && Number(now.count) < Number(each.count) ? { ...each, mark: "wrong" } : each
  );
}

/** This PIN is right, so what was tried on the card before and cut off was wrong, whatever its tries say now. */
function afterRight(trials: readonly Trial[], trial: PinOnCard): Trial[] {
  return others(trials, trial).map((each) => isOnCard(each, trial) ? { ...each, mark: "wrong" } : each);
}

/**
 * What to write down before a try; undefined: no try. One that was cut off may be made once more where the card says that it cost
 * nothing: all tries were there before and are there now.
 */
function markFor(trials: readonly Trial[], trial: PinOnCard, again: boolean): "trying" | "again" | undefined {
  const before = trials.filter((each) => isSame(each, trial));
  if (before.length === 0 || again) return "trying";
  const costNothing = before.every((each) =>
    each.mark === "trying" && each.count === FULL && each.card === trial.card
  );
  return costNothing && trial.count === FULL ? "again" : undefined;
}

type Settled = { readonly kind: "state"; readonly state: PinState } | UnlockResult;

/** The state, once the card is no longer busy. */
function* settledState(): Procedure<Settled> {
  for (let turn = 0;; turn++) {
    const { value, final } = yield* query(pinState);
    if (value !== undefined) return { kind: "state", state: value };
    const code = final.kind === "cmeError" ? final.code : undefined;
    if (code === 10) return { kind: "noCard" };
    if (code === 12) return { kind: "state", state: "puk" };
    const isBusy = code === 14 || final.kind === "ok";
    if (!isBusy || turn === BUSY_TRIES) return { kind: "failed", final };
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
  trials: readonly Trial[],
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
        yield* remember(KEY, emitTrials(afterRight(trials, trial)));
        return { kind: "unlocked" };
      }
      if (value === "puk" || (value === "pin" && final.kind !== "ok")) break;
      yield* pause(READY_PAUSE);
    }
  }
  const left = yield* triesLeft(settings.manufacturer);
  if (isWrong || (before !== undefined && left !== undefined && left < before)) {
    yield* remember(KEY, emitTrials(others(trials, trial), { ...trial, mark: "wrong" }));
    return { kind: "wrongPin", left };
  }
  return { kind: "uncertain", left };
}
