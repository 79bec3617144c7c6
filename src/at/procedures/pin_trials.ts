/**
 * What is written down of PINs that were tried on cards, and what follows from it: whether one may be tried, and what a try tells
 * of those before. The text is one line: `mark fingerprint card count`, between two of them a semicolon.
 *
 * @module
 */

/** A PIN on a card. */
export interface PinOnCard {
  readonly fingerprint: string;
  /** ICCID, or UNKNOWN. */
  readonly card: string;
  /** Tries that were left before, or UNKNOWN. */
  readonly count: string;
}

/**
 * What is written down of it. `trying`: it is being tried; `again`: for the second time; `wrong`: it was wrong; `never`: it was
 * wrong, and a right one has given the card all its tries back since.
 */
export interface Trial extends PinOnCard {
  readonly mark: string;
}

/** Stands for what a modem does not tell. */
export const UNKNOWN = "unknown";
/** Trials that are remembered, the latest. */
const MOST_TRIALS = 64;
/** A fresh card's tries. 3GPP TS 31.101 §9.5 */
const FULL = 3;

/** Read the text; what has no meaning is left out. */
export function parseTrials(text: string | undefined): Trial[] {
  return (text ?? "").split(";").flatMap((each) => {
    const [mark, fingerprint, card, count = UNKNOWN] = each.split(" ");
    if (mark === undefined || fingerprint === undefined || card === undefined) return [];
    return [{ mark, fingerprint, card, count }];
  });
}

/** The text; undefined when there is none. */
export function emitTrials(trials: readonly Trial[]): string | undefined {
  const texts = trials.slice(-MOST_TRIALS).map((each) =>
    `${each.mark} ${each.fingerprint} ${each.card} ${each.count}`
  );
  return texts.length === 0 ? undefined : texts.join(";");
}

/** Whether it may be the same card: one that did not tell its number may be any. */
function isOnCard(one: PinOnCard, other: PinOnCard): boolean {
  return one.card === other.card || one.card === UNKNOWN || other.card === UNKNOWN;
}

function isSame(one: PinOnCard, other: PinOnCard): boolean {
  return one.fingerprint === other.fingerprint && isOnCard(one, other);
}

/** All but those of this PIN on this card. */
export function withoutTrial(trials: readonly Trial[], trial: PinOnCard): Trial[] {
  return trials.filter((each) => !isSame(each, trial));
}

/** With this mark for this PIN on this card. */
export function withMark(trials: readonly Trial[], trial: PinOnCard, mark: string): Trial[] {
  return [...withoutTrial(trials, trial), { ...trial, mark }];
}

/**
 * What was cut off and has cost a try since was wrong: that has to be known before another PIN goes out, since a right one gives
 * the card all its tries back.
 */
export function settledTrials(trials: readonly Trial[], now: PinOnCard): Trial[] {
  return trials.map((each) => {
    const hasCost = isOnCard(each, now) && Number(now.count) < Number(each.count);
    return hasCost && each.mark !== "never" ? { ...each, mark: "wrong" } : each;
  });
}

/** This PIN is right, so what else was tried on the card was wrong, whatever its tries say now. */
export function afterRight(trials: readonly Trial[], trial: PinOnCard): Trial[] {
  return withoutTrial(trials, trial).map((each) => isOnCard(each, trial) ? { ...each, mark: "never" } : each);
}

/**
 * What to write down before a try; undefined: no try. One that was cut off may be made once more where the card says that it cost
 * nothing: all tries were there before and are there now.
 */
export function markFor(
  trials: readonly Trial[],
  trial: PinOnCard,
  again: boolean,
): "trying" | "again" | undefined {
  const before = trials.filter((each) => isSame(each, trial));
  if (before.length === 0 || again) return "trying";
  const full = `${FULL}`;
  const costNothing = before.every((each) =>
    each.mark === "trying" && each.count === full && each.card === trial.card
  );
  return costNothing && trial.count === full ? "again" : undefined;
}

/** Tries that a card which does not tell them has left at the most, by what is written down of it. */
export function mostTriesLeft(trials: readonly Trial[], trial: PinOnCard): number {
  return FULL - trials.filter((each) => isOnCard(each, trial) && each.mark !== "never").length;
}
