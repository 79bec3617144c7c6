/**
 * Final and intermediate result codes of V.250 §5.7, `+CME ERROR` of 3GPP TS 27.007 §9.2 and `+CMS ERROR` of 27.005 §3.2.5.
 *
 * Whole lines are classified, never parts of them.
 *
 * @module
 */
import { fromLatin1, printable } from "../base/text.ts";
import { unreachable } from "../base/unreachable.ts";
import { errorNames, wordsKey } from "./error_names.ts";

/** How a command ended. The last four are the engine's own words, not the modem's. */
export type FinalResult =
  | { readonly kind: "ok" }
  /** `text`: what stood behind CONNECT, for example `150000000`. */
  | { readonly kind: "connect"; readonly text: string }
  /** `ERROR` and what makers say in its place. */
  | { readonly kind: "error" }
  | ModemError
  | { readonly kind: "noCarrier" | "busy" | "noAnswer" | "noDialtone" | "delayed" }
  /** No final result code in time; the port may be slow or dead. */
  | { readonly kind: "timeout" }
  /** Somebody gave the command up. */
  | { readonly kind: "aborted" }
  /** It was not sent, since the port does not answer at all. */
  | { readonly kind: "portDead" }
  /** The line went to something else while it waited. */
  | { readonly kind: "detached" };

/** An error with its cause. */
export interface ModemError {
  /** `cme`: of the equipment, 27.007 §9.2; `cms`: of messages, 27.005 §3.2.5. */
  readonly kind: "cmeError" | "cmsError";
  /** Undefined when the modem gave neither a number nor a text that is known. */
  readonly code: number | undefined;
  /** The standard's words for it in lower case; what the modem said where it is not in the standard. */
  readonly name: string;
}

/** What a line is among result codes; undefined when it is none. */
export function parseFinal(line: string): FinalResult | undefined {
  const text = line.trim();
  const plain = plainFinals.get(text.toUpperCase());
  if (plain !== undefined) return plain;
  const connect = /^CONNECT(?![A-Z])\s*(.*)$/i.exec(text);
  if (connect !== null) return { kind: "connect", text: connect[1] ?? "" };
  const numbered = /^\+(CME|CMS) ERROR:(.*)$/i.exec(text);
  if (numbered !== null) return modemError(/cme/i.test(numbered[1] ?? "") ? "cme" : "cms", numbered[2] ?? "");
  // A Motorola EZX phone's own form, with numbers of its own.
  return /^MODEM ERROR:\s*\d*$/i.test(text) ? { kind: "error" } : undefined;
}

const plainFinals: ReadonlyMap<string, FinalResult> = new Map<string, FinalResult>([
  ["OK", { kind: "ok" }],
  ["ERROR", { kind: "error" }],
  ["COMMAND NOT SUPPORT", { kind: "error" }],
  ["TOO MANY PARAMETERS", { kind: "error" }],
  ["NA", { kind: "error" }],
  ["NO CARRIER", { kind: "noCarrier" }],
  ["BUSY", { kind: "busy" }],
  ["NO ANSWER", { kind: "noAnswer" }],
  ["NO DIALTONE", { kind: "noDialtone" }],
  ["NO DIAL TONE", { kind: "noDialtone" }],
  ["DELAYED", { kind: "delayed" }],
]);

/** The error of `+CME ERROR:` or `+CMS ERROR:`; `detail` is what stood behind the colon, number or words. */
export function modemError(table: "cme" | "cms", detail: string): ModemError {
  const { byNumber, byName } = errorNames[table];
  const kind = `${table}Error` as const;
  const text = detail.trim().replace(/^"(.*)"$/, "$1");
  if (/^\d{1,5}$/.test(text)) {
    const code = Number(text);
    return { kind, code, name: byNumber.get(code) ?? "not in the standard" };
  }
  const code = byName.get(wordsKey(text));
  if (code !== undefined) return { kind, code, name: byNumber.get(code) ?? text };
  return { kind, code: undefined, name: text === "" ? "no cause given" : text.slice(0, 100) };
}

/** Words for people about how a command ended; nothing from the modem that could move a cursor. */
export function finalWords(final: FinalResult): string {
  switch (final.kind) {
    case "ok":
      return "OK";
    case "connect":
      return "CONNECT";
    case "error":
      return "the modem refused it (ERROR)";
    case "cmeError":
    case "cmsError": {
      const name = printable(fromLatin1(final.name), 100);
      return final.code === undefined
        ? name
        : `${name} (${final.kind.slice(0, 3).toUpperCase()} ${final.code})`;
    }
    case "noCarrier":
      return "NO CARRIER";
    case "busy":
      return "BUSY";
    case "noAnswer":
      return "NO ANSWER";
    case "noDialtone":
      return "NO DIALTONE";
    case "delayed":
      return "DELAYED: the modem wants a pause before the next call";
    case "timeout":
      return "no answer in time";
    case "aborted":
      return "given up";
    case "portDead":
      return "the port does not answer";
    case "detached":
      return "the line went to something else";
    default:
      return unreachable(final);
  }
}
