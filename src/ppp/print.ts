/**
 * Packets in pppd's debug form: `[LCP ConfReq id=0x1 <mru 1500> <magic 0x12345678>]`, after pppd's printpkt functions.
 *
 * Passwords are hidden unless asked for, and so are the responses of CHAP: a recorded response can be cracked. What a peer wrote is
 * printed with its control characters escaped.
 *
 * @module
 */
import { readUint16, readUint32, toHex } from "../base/octets.ts";
import { printable } from "../base/text.ts";
import { parsePapRequest } from "./auth/pap.ts";
import { parseChapValue } from "./auth/chap_packet.ts";
import { code, type ControlPacket, parseControlPacket } from "./packet.ts";
import { eapBody, eapCodeNames } from "./print_eap.ts";
import { octets, printCallbackOptions, printOptions } from "./print_option.ts";
import { protocolNumber } from "./protocol_numbers.ts";

/** How `printPacket` prints. */
export interface PrintOptions {
  /** Show passwords and responses (`show-password`). */
  readonly showSecrets?: boolean;
}

const names: Record<number, string> = {
  [protocolNumber.lcp]: "LCP",
  [protocolNumber.ipcp]: "IPCP",
  [protocolNumber.ipv6cp]: "IPV6CP",
  [protocolNumber.ccp]: "CCP",
  [protocolNumber.pap]: "PAP",
  [protocolNumber.chap]: "CHAP",
  [protocolNumber.cbcp]: "CBCP",
  [protocolNumber.eap]: "EAP",
};

const controlCodes: Record<number, string> = {
  1: "ConfReq",
  2: "ConfAck",
  3: "ConfNak",
  4: "ConfRej",
  5: "TermReq",
  6: "TermAck",
  7: "CodeRej",
  8: "ProtRej",
  9: "EchoReq",
  10: "EchoRep",
  11: "DiscReq",
  12: "Ident",
  13: "TimeRem",
  14: "ResetReq",
  15: "ResetAck",
};

const papCodes: Record<number, string> = { 1: "AuthReq", 2: "AuthAck", 3: "AuthNak" };
const chapCodes: Record<number, string> = { 1: "Challenge", 2: "Response", 3: "Success", 4: "Failure" };
const cbcpCodes: Record<number, string> = { 1: "Request", 2: "Response", 3: "Ack" };

/** One packet, from its two-octet Protocol field on, in square brackets. */
export function printPacket(packet: Uint8Array, options: PrintOptions = {}): string {
  if (packet.length < 2) return `[too short:${octets(packet)}]`;
  const protocol = readUint16(packet, 0);
  const name = names[protocol];
  const information = packet.subarray(2);
  if (name === undefined) return `[proto=0x${protocol.toString(16)}]${octets(information)}`;
  const parsed = parseControlPacket(information);
  if (parsed.kind === "malformed") return `[${name}${octets(information)}]`;
  const body = bodyOf(protocol, parsed, options.showSecrets === true);
  return `[${name} ${codeName(protocol, parsed.code)} id=0x${parsed.identifier.toString(16)}${body}]`;
}

const codeTables: Record<number, Record<number, string>> = {
  [protocolNumber.pap]: papCodes,
  [protocolNumber.chap]: chapCodes,
  [protocolNumber.eap]: eapCodeNames,
  [protocolNumber.cbcp]: cbcpCodes,
};

function codeName(protocol: number, value: number): string {
  return (codeTables[protocol] ?? controlCodes)[value] ?? `code=0x${value.toString(16)}`;
}

function bodyOf(protocol: number, packet: ControlPacket, showSecrets: boolean): string {
  if (protocol === protocolNumber.pap) return papBody(packet, showSecrets);
  if (protocol === protocolNumber.chap) return chapBody(packet, showSecrets);
  if (protocol === protocolNumber.cbcp) {
    return packet.code <= 3 ? printCallbackOptions(packet.data) : octets(packet.data);
  }
  if (protocol === protocolNumber.eap) return eapBody(packet, showSecrets);
  return controlBody(protocol, packet);
}

function controlBody(protocol: number, { code: value, data }: ControlPacket): string {
  switch (value) {
    case code.configureRequest:
    case code.configureAck:
    case code.configureNak:
    case code.configureReject:
      return printOptions(protocol, data);
    case code.terminateRequest:
    case code.terminateAck:
      return isText(data) ? ` "${printable(data)}"` : octets(data);
    case code.echoRequest:
    case code.echoReply:
    case code.discardRequest:
      return magic(data) + octets(data.subarray(4));
    case code.identification:
      return `${magic(data)} "${printable(data.subarray(4))}"`;
    case code.timeRemaining:
      return data.length < 8
        ? octets(data)
        : `${magic(data)} seconds=${readUint32(data, 4)} "${printable(data.subarray(8))}"`;
    default:
      return octets(data);
  }
}

function magic(data: Uint8Array): string {
  return data.length < 4 ? octets(data) : ` magic=0x${readUint32(data, 0).toString(16)}`;
}

function isText(data: Uint8Array): boolean {
  const first = data[0] ?? 0;
  return first >= 0x20 && first < 0x7f;
}

function papBody({ code: value, data }: ControlPacket, showSecrets: boolean): string {
  if (value === 1) {
    const request = parsePapRequest(data);
    if (request === undefined) return octets(data.subarray(0, 1));
    const password = showSecrets ? `"${printable(request.password)}"` : "<hidden>";
    return ` user="${printable(request.name)}" password=${password}`;
  }
  if (value === 2 || value === 3) return ` "${printable(data.subarray(1, 1 + (data[0] ?? 0)))}"`;
  return octets(data);
}

function chapBody({ code: value, data }: ControlPacket, showSecrets: boolean): string {
  if (value === 1 || value === 2) {
    const parsed = parseChapValue(data);
    if (parsed === undefined) return octets(data);
    const shown = value === 1 || showSecrets ? toHex(parsed.value) : `${parsed.value.length} octets hidden`;
    return ` <${shown}>, name = "${printable(parsed.name)}"`;
  }
  if (value === 3 || value === 4) return ` "${printable(data)}"`;
  return octets(data);
}
