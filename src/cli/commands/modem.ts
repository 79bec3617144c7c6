/**
 * `uplinkd modem`: who a modem is, its signal, a command of one's own, its PIN; on a port that is given.
 *
 * @module
 */
import { type Host, HostError } from "../../host.ts";
import { hostWords } from "../../run/host_words.ts";
import { printAnswer, printLines } from "../print_lines.ts";
import { modemAt } from "./modem_at.ts";
import { modemInfo } from "./modem_info.ts";
import type { ModemWords } from "./modem_port.ts";
import { modemSignal } from "./modem_signal.ts";
import { modemUnlock } from "./modem_unlock.ts";

/** A command on a port: its exit status. */
type ModemCommand = (host: Host, words: ModemWords) => Promise<number>;

const commands = new Map<string, ModemCommand>([
  ["info", modemInfo],
  ["signal", modemSignal],
  ["at", modemAt],
  ["unlock", modemUnlock],
]);

const usage = [
  "usage: uplinkd modem info   PORT",
  "       uplinkd modem signal PORT [-w] [--every SECONDS] [--count NUMBER]",
  "       uplinkd modem at     PORT 'AT+CSQ' ... [--timeout SECONDS]",
  "       uplinkd modem unlock PORT [--pin-file FILE] [--again] [--unknown-tries]",
  "",
  "PORT is a terminal that speaks AT, such as /dev/ttyUSB2; without it, UPLINKD_PORT of the environment.",
  "",
  "  info             maker, model, firmware, IMEI, card, PIN, registration and operator",
  "  signal           the signal; with -w every second, as a bar and its history",
  "  at               send command lines and print the answers; - reads them from standard input",
  "  unlock           enter the PIN, where that blocks no card: at least two tries are left, and this PIN",
  "                   has not failed before",
  "",
  "  --json           one JSON object, with -w one each line",
  "  --baud NUMBER    speed of a real serial line",
  "  --verbose        also what is sent and received",
  "  --every SECONDS  between two readings of -w; 1",
  "  --count NUMBER   readings of -w; without it until Ctrl-C",
  "  --timeout S      how long each command may take; 30",
  "  --pin-file FILE  the PIN; - is standard input. Else UPLINKD_PIN of the environment. It is no argument:",
  "                   those stand in the list of processes",
  "  --again          enter it although it is written down as failed",
  "  --unknown-tries  enter it although the modem does not tell the tries left",
  "  --state FILE     what is written down of PINs; /var/lib/uplinkd/pins",
  "",
  "Exit status: 0 when it was done, 1 when the modem or the system refused, 2 for words that are not known.",
];

/** Run a command on a modem; its exit status. */
export async function modem(host: Host, args: readonly string[]): Promise<number> {
  if (args.length === 0 || args.includes("--help") || args.includes("-h")) {
    return printAnswer(host, usage, args.length === 0 ? 2 : 0);
  }
  const [name = "", ...rest] = args;
  const command = commands.get(name);
  const words = command === undefined ? `unknown command "${name}"` : parse(host, rest);
  if (command === undefined || typeof words === "string") {
    printLines(host, 2, [`uplinkd modem: ${words}; try: uplinkd modem --help`]);
    return 2;
  }
  try {
    return await command(host, words);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    printLines(host, 2, [`uplinkd modem: ${hostWords(error)}`]);
    return 1;
  }
}

/** Words without a value, and with one. */
const flags = ["--json", "--verbose", "--again", "--unknown-tries", "-w", "--watch"] as const;
const valued = ["--baud", "--every", "--count", "--timeout", "--pin-file", "--state"] as const;

function parse(host: Host, args: readonly string[]): ModemWords | string {
  const given = new Set<string>();
  const values = new Map<string, string>();
  const others: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    if (flags.some((flag) => flag === word)) given.add(word);
    else if (valued.some((each) => each === word)) {
      at += 1;
      const value = args[at];
      if (value === undefined) return `${word}: a value is expected`;
      values.set(word, value);
    } else if (word.startsWith("--pin")) {
      return "a PIN is no argument, those stand in the list of processes: use --pin-file";
    } else if (word.startsWith("-") && word !== "-") return `unknown word "${word}"`;
    else others.push(word);
  }
  const isPort = others[0] !== undefined && !/^(at|-$)/i.test(others[0]);
  const port = isPort ? others.shift() : host.env("UPLINKD_PORT");
  if (port === undefined || port === "") return "which port? Name one, such as /dev/ttyUSB2";
  const numbers = new Map<string, number>();
  for (const name of ["--baud", "--every", "--count", "--timeout"]) {
    const text = values.get(name);
    if (text === undefined) continue;
    const number = Number(text);
    const isWhole = name === "--baud" || name === "--count";
    if (!/^[0-9]{1,7}(\.[0-9]{1,3})?$/.test(text) || number <= 0 || (isWhole && !Number.isInteger(number))) {
      return `${name}: a number is expected, got "${text}"`;
    }
    numbers.set(name, number);
  }
  return {
    port,
    lines: others,
    json: given.has("--json"),
    verbose: given.has("--verbose"),
    watch: given.has("-w") || given.has("--watch"),
    baud: numbers.get("--baud"),
    everyMs: 1000 * (numbers.get("--every") ?? 1),
    count: numbers.get("--count"),
    timeoutMs: 1000 * (numbers.get("--timeout") ?? 30),
    pinFile: values.get("--pin-file"),
    stateFile: values.get("--state"),
    again: given.has("--again"),
    unknownTries: given.has("--unknown-tries"),
  };
}
