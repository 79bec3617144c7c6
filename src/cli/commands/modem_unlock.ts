/**
 * `uplinkd modem unlock`: enter the PIN, where that blocks no card. The PIN comes from a file, standard input or the environment.
 *
 * @module
 */
import { manufacturer } from "../../at/commands/identity.ts";
import { numericErrors } from "../../at/commands/v250.ts";
import { ask, type Procedure, query } from "../../at/procedure.ts";
import { type HeldReason, unlock, type UnlockResult } from "../../at/procedures/unlock.ts";
import { finalWords } from "../../at/result_code.ts";
import { type Host, HostError } from "../../host.ts";
import { readTextFile } from "../../linux/files.ts";
import { hostWords } from "../../run/host_words.ts";
import { PIN_LEDGER, PinLedger } from "../../run/pin_ledger.ts";
import { Drawing } from "../drawing.ts";
import { jsonLine } from "../json_line.ts";
import { printAnswer } from "../print_lines.ts";
import { readStandardInput, variable, warnOfReaders } from "./modem_input.ts";
import { failed, type ModemWords, onPort, SCHEMA } from "./modem_port.ts";

function* unlockWith(
  words: ModemWords,
  pin: string | undefined,
): Procedure<UnlockResult> {
  yield* ask(numericErrors);
  const { value } = yield* query(manufacturer);
  return yield* unlock({
    pin,
    manufacturer: value ?? "",
    allowUnknownRetries: words.unknownTries,
    again: words.again,
  });
}

/** Enter the PIN; the exit status. */
export async function modemUnlock(host: Host, words: ModemWords): Promise<number> {
  try {
    const pin = await readPin(host, words.pinFile);
    const ledger = new PinLedger(host, words.stateFile ?? PIN_LEDGER);
    const outcome = await onPort(host, words, unlockWith(words, pin), ledger);
    if ("why" in outcome) return failed(host, words, outcome);
    return report(host, words, outcome.result);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return failed(host, words, { why: hostWords(error), isInterrupted: false });
  }
}

async function readPin(host: Host, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return variable(host, "UPLINKD_PIN");
  if (file === "-") return (await readStandardInput(host)).trim();
  warnOfReaders(host, "modem", file);
  const text = readTextFile(host, file, 256);
  if (text === undefined) throw new HostError("open", "ENOENT", 2, "No such file", file);
  return text.trim();
}

function report(host: Host, words: ModemWords, result: UnlockResult): number {
  const isGood = result.kind === "ready" || result.kind === "unlocked";
  const status = isGood ? 0 : 1;
  const [text, next] = resultWords(result);
  if (words.json) {
    const object = {
      schema: SCHEMA,
      result: isGood ? "ok" : "failed",
      port: words.port,
      unlock: result,
      next,
    };
    return printAnswer(host, [jsonLine(object)], status);
  }
  const drawing = new Drawing(host, 1);
  const sign = drawing.tone(isGood ? "good" : "bad", isGood ? drawing.signs.done : drawing.signs.failed);
  return printAnswer(
    host,
    ["", `  ${sign} ${text}`, ...(next === undefined ? [] : [`    ${next}`]), ""],
    status,
  );
}

/** What happened, and what to do next. */
function resultWords(result: UnlockResult): readonly [string, string | undefined] {
  switch (result.kind) {
    case "ready":
      return ["The card wants no PIN.", undefined];
    case "unlocked":
      return ["The card is unlocked.", undefined];
    case "noCard":
      return ["There is no card.", "Put one in, the right way round, and restart the modem."];
    case "wrongPin":
      return [
        `The PIN is wrong${triesWords(result.left)}.`,
        "It is not entered on this card again. Correct it, and try once more.",
      ];
    case "uncertain":
      return [
        `The modem did not say whether the PIN is right${triesWords(result.left)}.`,
        "See how the card is with: uplinkd modem info",
      ];
    case "failed":
      return ["The modem does not tell how the card is.", `It said: ${finalWords(result.final)}`];
    case "held":
      return [heldWords[result.why][0] + triesWords(result.left) + ".", heldWords[result.why][1]];
  }
}

function triesWords(left: number | undefined): string {
  if (left === undefined) return "";
  return left === 1 ? "; one try is left" : `; ${left} tries are left`;
}

const heldWords: Record<HeldReason, readonly [string, string]> = {
  lastTry: [
    "The PIN was not entered: a wrong one would block the card",
    "Enter it in a telephone, which sets the tries back.",
  ],
  unknownRetries: [
    "The PIN was not entered: the modem does not tell how many tries are left",
    "If you know that there are several: --unknown-tries",
  ],
  triedBefore: [
    "The PIN was not entered: it has failed on this card, or an earlier try was cut off",
    "If you are sure that it is right: --again",
  ],
  otherCard: [
    "The PIN was not entered: it is for another card",
    "Put that card in, or configure this one's PIN.",
  ],
  puk: ["The card is blocked and wants its PUK", "Enter the PUK in a telephone; it came with the card."],
  lock: ["The modem is locked to a network, a provider or a card", "Only who sold it can unlock it."],
  noPin: [
    "The card wants its PIN, and none was given",
    "Give it with --pin-file FILE, or - for standard input.",
  ],
  ledgerBusy: [
    "The PIN was not entered: another program writes down its tries at this moment",
    "Try once more in a minute.",
  ],
  unknownState: [
    "The card waits for something that is not known",
    "See what with: uplinkd modem at PORT 'AT+CPIN?'",
  ],
};
