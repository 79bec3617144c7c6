/**
 * `uplinkd modem at`: command lines of a person's own, and what the modem says.
 *
 * @module
 */
import type { AtCommand, AtResponse } from "../../at/command.ts";
import { written } from "../../at/commands/v250.ts";
import { ArgumentError, commandsOfLine } from "../../at/parameters.ts";
import { ask, type Procedure } from "../../at/procedure.ts";
import { type FinalResult, finalWords } from "../../at/result_code.ts";
import { isSecret } from "../../at/secret_lines.ts";
import { fromLatin1, printable } from "../../base/text.ts";
import type { Host, Millis } from "../../host.ts";
import { jsonLine } from "../json_line.ts";
import { printAnswer, printLines } from "../print_lines.ts";
import { readStandardInput } from "./modem_input.ts";
import { failed, type ModemWords, onPort, SCHEMA } from "./modem_port.ts";

interface Said {
  readonly line: string;
  readonly response: AtResponse;
}

function* askAll(commands: readonly AtCommand[], onSaid: (said: Said) => void): Procedure<readonly Said[]> {
  const all: Said[] = [];
  for (const command of commands) {
    const said = {
      line: command.isSecret === true ? "(secret)" : `AT${command.body}`,
      response: yield* ask(command),
    };
    all.push(said);
    onSaid(said);
    if (said.response.final.kind !== "ok") break;
  }
  return all;
}

/** Send command lines; the exit status. It stops at the first that does not end with OK. */
export async function modemAt(host: Host, words: ModemWords): Promise<number> {
  const fromInput = words.lines.includes("-");
  const lines = fromInput
    ? (await readStandardInput(host)).split("\n").filter((line) => line.trim() !== "")
    : words.lines;
  const commands = commandsOf(lines, words.timeoutMs, fromInput);
  if (typeof commands === "string") {
    printLines(host, 2, [`uplinkd modem at: ${commands}`]);
    return 2;
  }
  const outcome = await onPort(
    host,
    words,
    askAll(commands, (said) => {
      if (!words.json) printLines(host, 1, textOf(said.response));
    }),
  );
  if ("why" in outcome) return failed(host, words, outcome);
  const isGood = outcome.result.every((said) => said.response.final.kind === "ok");
  if (!words.json) return isGood ? 0 : 1;
  const answers = outcome.result.map(({ line, response }) => ({ line, ...response }));
  const object = { schema: SCHEMA, result: isGood ? "ok" : "failed", port: words.port, answers };
  return printAnswer(host, [jsonLine(object)], isGood ? 0 : 1);
}

const USUAL: Millis = 30_000;
/** What looks for networks, attaches or scans takes minutes on many. */
const LONG: Millis = 180_000;

function usualLimit(line: string): Millis {
  return /\+(COPS|CGATT|CGACT|QSCAN|CNETSCAN)\s*=/i.test(line) ? LONG : USUAL;
}

/** The command lines; words about the one that is none. */
function commandsOf(
  lines: readonly string[],
  timeoutMs: number | undefined,
  fromInput: boolean,
): AtCommand[] | string {
  if (lines.length === 0) return "which command? Such as 'AT+CSQ', or - for standard input";
  const commands: AtCommand[] = [];
  for (const line of lines) {
    try {
      const command = written(line, timeoutMs ?? usualLimit(line));
      if (!fromInput && isSecret(command.body)) {
        return "a PIN or password as an argument stands in the list of processes: write the line to standard input, and say -";
      }
      if (commandsOfLine(command.body).some((each) => /^\+(CMGS|CMGW|CMGC|CNMA)\s*=\s*[^?]/i.test(each))) {
        return "this waits for a message, which cannot be given here";
      }
      if (command.kind === "call") return "this would begin a call: uplinkd dial does that";
      if (command.kind === "handOver") return "this would begin a multiplexer: uplinkd dial does that";
      commands.push(command);
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      return error.message;
    }
  }
  return commands;
}

/** The answer as a modem writes it, but nothing in it can move a cursor. */
function textOf(response: AtResponse): string[] {
  return [
    ...response.lines.map(shown),
    codeOf(response.final),
    ...(response.isCut ? ["(cut: it was too long)"] : []),
  ];
}

function shown(line: string): string {
  return printable(fromLatin1(line), 2048).replaceAll('\\"', '"').replaceAll("\\\\", "\\");
}

function codeOf(final: FinalResult): string {
  if (final.kind === "ok") return "OK";
  if (final.kind === "cmeError" || final.kind === "cmsError") {
    return `+${final.kind.slice(0, 3).toUpperCase()} ERROR: ${final.code ?? ""} ${finalWords(final)}`.replace(
      "  ",
      " ",
    );
  }
  return finalWords(final);
}
