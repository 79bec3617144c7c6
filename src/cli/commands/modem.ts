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
import { isModemCommand, type ModemCommandName, modemWords } from "./modem_words.ts";

/** A command on a port: its exit status. */
type ModemCommand = (host: Host, words: ModemWords) => Promise<number>;

const commands: Readonly<Record<ModemCommandName, ModemCommand>> = {
  info: modemInfo,
  signal: modemSignal,
  at: modemAt,
  unlock: modemUnlock,
};

const usage = [
  "usage: uplinkd modem info   PORT",
  "       uplinkd modem signal PORT [-w] [--every SECONDS] [--count NUMBER]",
  "       uplinkd modem at     PORT 'AT+CSQ' ... [--timeout SECONDS]",
  "       uplinkd modem unlock PORT [--pin-file FILE] [--again] [--unknown-tries]",
  "",
  "PORT is a terminal that speaks AT, such as /dev/ttyUSB2; without it, UPLINKD_PORT of the environment. It",
  "may stand before or behind the command lines: what has a slash and does not begin with AT is the port.",
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
  "  --timeout S      how long each command may take; 30, and 180 where networks are looked for",
  "  --pin-file FILE  the PIN; - is standard input. Else UPLINKD_PIN of the environment. It is no argument:",
  "                   those stand in the list of processes",
  "  --again          enter it although it is written down as failed",
  "  --unknown-tries  enter it although the modem does not tell the tries left",
  "  --state-file F   where it is written down which PINs were tried; /var/lib/uplinkd/pins",
  "",
  "Exit status: 0 when it was done, 1 when the modem or the system refused, 2 for words that are not known.",
];

/** Run a command on a modem; its exit status. */
export async function modem(host: Host, args: readonly string[]): Promise<number> {
  if (args.length === 0 || args.includes("--help") || args.includes("-h")) {
    return printAnswer(host, usage, args.length === 0 ? 2 : 0);
  }
  const [name = "", ...rest] = args;
  const words = isModemCommand(name) ? modemWords(host, name, rest) : `unknown command "${name}"`;
  if (!isModemCommand(name) || typeof words === "string") {
    printLines(host, 2, [`uplinkd modem: ${words}; try: uplinkd modem --help`]);
    return 2;
  }
  try {
    return await commands[name](host, words);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    printLines(host, 2, [`uplinkd modem: ${hostWords(error)}`]);
    return 1;
  }
}
