/**
 * EAP packets in pppd's debug form, after its `eap_printpkt`.
 *
 * @module
 */
import { toHex } from "../base/octets.ts";
import { printable } from "../base/text.ts";
import { chapCode, parseChapValue } from "./auth/chap_packet.ts";
import { eapCode, eapType } from "./auth/eap_packet.ts";
import type { ControlPacket } from "./packet.ts";
import { octets } from "./print_option.ts";

/** Names of the codes, RFC 3748 §4. */
export const eapCodeNames: Record<number, string> = {
  1: "Request",
  2: "Response",
  3: "Success",
  4: "Failure",
};

const typeNames: Record<number, string> = {
  1: "Identity",
  2: "Notification",
  3: "Nak",
  4: "MD5-Challenge",
  5: "OTP",
  6: "Generic-Token",
  9: "RSA",
  10: "DSS",
  11: "KEA",
  12: "KEA-Validate",
  13: "TLS",
  14: "Defender",
  15: "Windows 2000",
  16: "Arcot",
  17: "Cisco",
  18: "Nokia",
  19: "SRP",
  21: "TTLS",
  22: "RAS",
  23: "AKA",
  24: "3COM",
  25: "PEAP",
  26: "MSCHAPv2",
};

/** What stands behind Code and Identifier. Responses are hidden unless `showSecrets`. */
export function eapBody({ code, data }: ControlPacket, showSecrets: boolean): string {
  if (code !== eapCode.request && code !== eapCode.response) return rest(data);
  const type = data[0];
  if (type === undefined) return " <missing type>";
  const typeData = data.subarray(1);
  const isRequest = code === eapCode.request;
  return ` ${typeNames[type] ?? `type=0x${type.toString(16)}`}` +
    typeBody(type, typeData, isRequest, showSecrets || isRequest);
}

function typeBody(type: number, data: Uint8Array, isRequest: boolean, showsValue: boolean): string {
  switch (type) {
    case eapType.identity:
      return isRequest ? prompt(data) : data.length > 0 ? ` <Name "${printable(data)}">` : "";
    case eapType.notification:
      return isRequest ? prompt(data) : rest(data);
    case eapType.nak:
      return isRequest ? rest(data) : nak(data);
    case eapType.md5Challenge:
      return md5(data, isRequest, showsValue);
    case eapType.msChapV2:
      return msChap(data, isRequest, showsValue);
    default:
      return rest(data);
  }
}

function prompt(data: Uint8Array): string {
  return data.length > 0 ? ` <Message "${printable(data)}">` : " <No message>";
}

function nak(data: Uint8Array): string {
  const [wanted] = data;
  if (wanted === undefined) return " <missing hint>";
  const name = typeNames[wanted] === undefined ? "" : ` (${typeNames[wanted]})`;
  const number = wanted.toString(16).toUpperCase().padStart(2, "0");
  return ` <Suggested-type ${number}${name}>${rest(data.subarray(1))}`;
}

function shown(value: Uint8Array, between: string, showsValue: boolean): string {
  return showsValue ? toHex(value, between) : `${value.length} octets hidden`;
}

function nameOf(name: Uint8Array): string {
  return name.length > 0 ? ` <Name "${printable(name)}">` : " <No name>";
}

function md5(data: Uint8Array, isRequest: boolean, showsValue: boolean): string {
  if (data.length === 0) return isRequest ? "" : " <missing length>";
  if (data[0] === 0) return ` <Value>${nameOf(data.subarray(1))}`;
  const parsed = parseChapValue(data);
  if (parsed === undefined) return " <truncated>";
  return ` <Value ${shown(parsed.value, " ", showsValue)}>${nameOf(parsed.name)}`;
}

/** OpCode, MS-CHAPv2-ID, MS-Length, then what the OpCode says; the answers to Success and Failure are the OpCode alone. */
function msChap(data: Uint8Array, isRequest: boolean, showsValue: boolean): string {
  const opCode = data[0];
  if (opCode === undefined) return "";
  const inside = data.subarray(4);
  if (opCode === (isRequest ? chapCode.challenge : chapCode.response)) {
    const parsed = parseChapValue(inside);
    if (parsed === undefined) return " <truncated>";
    const word = isRequest ? "Challenge" : "Response";
    return ` ${word} <${shown(parsed.value, "", showsValue)}>,${nameOf(parsed.name)}`;
  }
  if (opCode === chapCode.success || opCode === chapCode.failure) {
    const word = opCode === chapCode.success ? "Success" : "Failure";
    return isRequest ? ` ${word} <Message "${printable(inside)}">` : ` ${word}${rest(data.subarray(1))}`;
  }
  return ` opcode=0x${opCode.toString(16)} <${octets(inside)}>`;
}

/** Octets that there are no words for, eight at most. */
function rest(data: Uint8Array): string {
  if (data.length === 0) return "";
  return ` ${toHex(data.subarray(0, 8), " ")}${data.length > 8 ? "..." : ""}`;
}
