/**
 * No card is blocked: whatever the modem loses, garbles or tells wrongly but the tries, whenever the power goes, and whatever PINs
 * are configured one after the other.
 *
 * @module
 */
import fc from "fast-check";
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import { AtEngine } from "../../src/at/engine.ts";
import { ProcedureRun } from "../../src/at/procedure_run.ts";
import { unlock, type UnlockResult } from "../../src/at/procedures/unlock.ts";
import { assert, test } from "../support/test.ts";

const RIGHT = "1234";

/** A card that counts truly. */
class Card {
  left = 3;
  isOpen = false;
  readonly wrong = new Map<string, number>();

  enter(pin: string): boolean {
    if (this.left === 0 || this.isOpen) return false;
    if (pin === RIGHT) {
      this.left = 3;
      this.isOpen = true;
      return true;
    }
    this.left -= 1;
    this.wrong.set(pin, (this.wrong.get(pin) ?? 0) + 1);
    return false;
  }
}

/** What the modem does with one line. */
type Fault = "none" | "lost" | "noAnswer" | "error" | "garbled" | "busy" | "crash" | "powerCut";
const fault = fc.constantFrom<Fault>(
  "none",
  "none",
  "none",
  "lost",
  "noAnswer",
  "error",
  "garbled",
  "busy",
  "crash",
  "powerCut",
);

function answerOf(line: string, card: Card): string {
  const pin = /^AT\+CPIN="(\d+)"$/.exec(line)?.[1];
  if (pin !== undefined) {
    return card.enter(pin) ? "\r\nOK\r\n" : `\r\n+CME ERROR: ${card.left === 0 ? 12 : 16}\r\n`;
  }
  switch (line) {
    case "AT+CPIN?":
      return `\r\n+CPIN: ${card.isOpen ? "READY" : card.left === 0 ? "SIM PUK" : "SIM PIN"}\r\n\r\nOK\r\n`;
    case "AT+CPINR":
      return `\r\n+CPINR: SIM PIN,${card.left},3\r\n\r\nOK\r\n`;
    case "AT+CCID":
      return "\r\n+CCID: 89490200001234567890\r\n\r\nOK\r\n";
    case "AT+CMEE?":
      return "\r\n+CMEE: 1\r\n\r\nOK\r\n";
    default:
      return "\r\nERROR\r\n";
  }
}

/** A wrong PIN whose answer never came, the right one likewise, and the wrong one again: the card has all its tries back by then. */
const atEntry: Fault[] = ["none", "none", "none", "crash"];
const rightBetweenTwo = [
  { pin: "9999", faults: atEntry },
  { pin: RIGHT, faults: atEntry },
  { pin: "9999", faults: [] as Fault[] },
];

/** One start of the program; undefined when the power went. */
function start(
  card: Card,
  pin: string,
  kept: Map<string, string>,
  faults: Fault[],
): UnlockResult | undefined {
  const settings = { pin, manufacturer: "x" };
  const run = new ProcedureRun(new AtEngine(), unlock(settings));
  let now = 0;
  run.handle({ kind: "start" }, now);
  for (let turn = 0; turn < 5000; turn++) {
    const output = run.next();
    if (output === undefined) {
      if (run.deadline === undefined) return undefined;
      now = Math.max(now, run.deadline);
      run.expire(now);
    } else if (output.kind === "finished") return output.result;
    else if (output.kind === "remember") {
      if (output.value === undefined) kept.delete(output.key);
      else kept.set(output.key, output.value);
      run.handle({ kind: "kept", text: "kept" }, now);
    } else if (output.kind === "fingerprint") run.handle({ kind: "kept", text: `f${output.secret}` }, now);
    else if (output.kind === "recall") run.handle({ kind: "kept", text: kept.get(output.key) }, now);
    else if (output.kind === "send") {
      const what = faults.shift() ?? "none";
      if (what === "powerCut") card.isOpen = false;
      if (what === "crash" || what === "powerCut") {
        // The line may have reached the card before.
        if (faults.length % 2 === 0) answerOf(latin1(output.octets).replace(/\r$/, ""), card);
        if (what === "powerCut") card.isOpen = false;
        return undefined;
      }
      if (what === "lost") continue;
      let said = what === "error" ? "\r\nERROR\r\n" : what === "busy" ? "\r\n+CME ERROR: 14\r\n" : undefined;
      said ??= answerOf(latin1(output.octets).replace(/\r$/, ""), card);
      if (what === "noAnswer") continue;
      if (what === "garbled") said = said.replace("OK", "O\x7fK");
      run.handle({ kind: "engine", input: { kind: "octets", octets: fromLatin1(said) } }, now);
    }
  }
  return undefined;
}

test("unlock blocks no card, tries no wrong PIN twice, and leaves a person the last try", () => {
  const day = fc.record({
    pin: fc.constantFrom(RIGHT, "0000", "1111", "2222", "9999"),
    faults: fc.array(fault, { maxLength: 14 }),
  });
  fc.assert(
    fc.property(fc.array(day, { maxLength: 12 }), (days) => {
      const card = new Card();
      const kept = new Map<string, string>();
      for (const { pin, faults } of days) {
        start(card, pin, kept, [...faults]);
        card.isOpen = false;
        assert(card.left >= 1, "the card is blocked");
        for (const [wrong, count] of card.wrong) assert(count === 1, `${wrong} was entered ${count} times`);
      }
    }),
    { numRuns: 60_000, examples: [[rightBetweenTwo]] },
  );
});

test("unlock opens a card with the right PIN however often the power goes, or says why not", () => {
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(fc.array(fault, { maxLength: 20 }), (faults) => {
      const card = new Card();
      const kept = new Map<string, string>();
      start(card, RIGHT, kept, [...faults]);
      card.isOpen = false;
      const result = start(card, RIGHT, kept, []);
      outcomes.add(result?.kind === "held" ? result.why : result?.kind ?? "nothing");
      assert(result?.kind === "unlocked" || result?.kind === "held", `${result?.kind}`);
    }),
    { numRuns: 5000 },
  );
  assert(outcomes.has("unlocked"));
});
