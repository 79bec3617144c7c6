/**
 * Short messages in PDU mode: storages, reading, sending, deleting. 3GPP TS 27.005 §3 and §4.
 *
 * Text mode is not used: there a message may say `OK` on a line of its own. What a PDU means is not looked at here.
 *
 * @module
 */
import { fromHex } from "../../base/octets.ts";
import { fromLatin1 } from "../../base/text.ts";
import type { AtCommand, ReadCommand } from "../command.ts";
import { ArgumentError, decimal, fieldsOf, firstAfter, numeric, textAfter, within } from "../parameters.ts";

/** PDU mode from now on. */
export const pduMode: AtCommand = { body: "+CMGF=0", prefixes: [], withinMs: 5000 };

/** New messages are stored, and said unasked with `+CMTI`. */
export const announceMessages: AtCommand = { body: "+CNMI=2,1,0,0,0", prefixes: [], withinMs: 5000 };

/** A place for messages: the card, the modem, or both. */
export type Storage = "SM" | "ME" | "MT";

/** How full a storage is. */
export interface StorageUse {
  readonly storage: string;
  readonly used: number;
  readonly total: number;
}

/** `+CPMS?`: for reading, for writing, for what comes in. */
export const storages: ReadCommand<readonly StorageUse[]> = {
  body: "+CPMS?",
  prefixes: ["+CPMS:"],
  withinMs: 10_000,
  read: (lines) => {
    const fields = fieldsOf(firstAfter(lines, "+CPMS:") ?? "").map((field) => field.text);
    const found: StorageUse[] = [];
    for (let at = 0; at + 2 < fields.length; at += 3) {
      const [used, total] = [decimal(fields[at + 1]), decimal(fields[at + 2])];
      if (used !== undefined && total !== undefined) found.push({ storage: fields[at] ?? "", used, total });
    }
    return found.length === 0 ? undefined : found;
  },
};

/** Use a storage for all three. */
export function selectStorage(storage: Storage): AtCommand {
  return { body: `+CPMS="${storage}","${storage}","${storage}"`, prefixes: ["+CPMS:"], withinMs: 10_000 };
}

/** A message as it is stored. */
export interface StoredMessage {
  /** Undefined from `+CMGR`, which was told it. */
  readonly index: number | undefined;
  readonly status: "unread" | "read" | "unsent" | "sent" | "unknown";
  /** Octets of the PDU without the service centre's address, as the modem says; it is not believed. */
  readonly length: number | undefined;
  /** The service centre's address and the PDU. */
  readonly pdu: Uint8Array;
}

const statuses = ["unread", "read", "unsent", "sent"] as const;
const words = ["REC UNREAD", "REC READ", "STO UNSENT", "STO SENT"];

/** One message. Throws ArgumentError. */
export function readMessage(index: number): ReadCommand<StoredMessage> {
  return {
    body: `+CMGR=${numeric("message", index, 0, 65535)}`,
    prefixes: ["+CMGR:"],
    bodyLines: 1,
    withinMs: 10_000,
    read: (lines) => readMessages(lines, "+CMGR:")[0],
  };
}

/** All messages of the storage. */
export const listMessages: ReadCommand<readonly StoredMessage[]> = {
  body: "+CMGL=4",
  prefixes: ["+CMGL:"],
  bodyLines: 1,
  withinMs: 60_000,
  mostOctets: 65_536,
  read: (lines) => readMessages(lines, "+CMGL:"),
};

/**
 * Each header with the PDU behind it, which is the next line, or on some stands behind a blank. The name between status and length
 * may be missing; a header without a PDU is left out.
 */
export function readMessages(lines: readonly string[], prefix: "+CMGR:" | "+CMGL:"): StoredMessage[] {
  const found: StoredMessage[] = [];
  lines.forEach((line, at) => {
    const header = textAfter(line, prefix);
    if (header === undefined) return;
    const [, before = header, behind] = /^(.*,\s*[0-9]+)\s+([0-9A-Fa-f]{16,})$/.exec(header) ?? [];
    const hex = (behind ?? lines[at + 1] ?? "").trim();
    if (!/^([0-9A-Fa-f]{2}){1,255}$/.test(hex)) return;
    const fields = fieldsOf(before).map((field) => field.text);
    const [index, rest] = prefix === "+CMGL:" ? [decimal(fields[0]), fields.slice(1)] : [undefined, fields];
    const code = decimal(rest[0]) ?? words.indexOf((rest[0] ?? "").toUpperCase());
    const length = within(decimal(rest.at(-1)), 0, 255);
    found.push({ index, status: statuses[code] ?? "unknown", length, pdu: fromHex(hex) });
  });
  return found;
}

/** Delete one. Throws ArgumentError. */
export function deleteMessage(index: number): AtCommand {
  return { body: `+CMGD=${numeric("message", index, 0, 65535)}`, prefixes: [], withinMs: 25_000 };
}

/**
 * Send a message: the service centre's address, a length octet of 0 for the card's own, and the PDU. It gives the message's reference.
 * Throws ArgumentError.
 */
export function sendMessage(pdu: Uint8Array): ReadCommand<number> {
  const length = pdu.length - 1 - (pdu[0] ?? 0);
  if (length < 1 || length > 255 || pdu.length > 255) {
    throw new ArgumentError("message: a PDU of 1 to 255 octets is expected");
  }
  const hex = [...pdu].map((octet) => octet.toString(16).padStart(2, "0")).join("").toUpperCase();
  return {
    body: `+CMGS=${length}`,
    prefixes: ["+CMGS:"],
    payload: fromLatin1(`${hex}\x1a`),
    withinMs: 120_000,
    read: (lines) => within(decimal(fieldsOf(firstAfter(lines, "+CMGS:") ?? "")[0]?.text), 0, 255),
  };
}

/** Where a new message lies, from `+CMTI: "SM",3` said unasked. */
export function readNewMessage(
  line: string,
): { readonly storage: string; readonly index: number } | undefined {
  const fields = fieldsOf(textAfter(line, "+CMTI:") ?? textAfter(line, "+CDSI:") ?? "");
  const index = within(decimal(fields[1]?.text), 0, 65535);
  return index === undefined ? undefined : { storage: fields[0]?.text ?? "", index };
}
