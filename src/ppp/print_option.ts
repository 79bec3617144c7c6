/**
 * Configuration options in pppd's debug form, `<mru 1500>`: printers by protocol, after pppd's printpkt functions.
 *
 * @module
 */
import { formatIpv4 } from "../base/inet.ts";
import { readUint16, readUint32, toHex } from "../base/octets.ts";
import { printable } from "../base/text.ts";
import { type ConfigurationOption, parseOptions } from "./packet.ts";
import { protocolNumber } from "./protocol_numbers.ts";

/** Text of one option's data; undefined when its length is not the option's. */
type OptionPrinter = (data: Uint8Array) => string | undefined;

function uint16(name: string, show: (value: number) => string = String): OptionPrinter {
  return (data) => data.length === 2 ? `${name} ${show(readUint16(data, 0))}` : undefined;
}

function uint32(name: string, show: (value: number) => string): OptionPrinter {
  return (data) => data.length === 4 ? `${name} ${show(readUint32(data, 0))}` : undefined;
}

function empty(name: string): OptionPrinter {
  return (data) => data.length === 0 ? name : undefined;
}

const hex32 = (value: number) => `0x${value.toString(16)}`;

const chapNames: Record<number, string> = { 5: "MD5", 0x80: "MS", 0x81: "MS-v2" };

function authentication(data: Uint8Array): string | undefined {
  if (data.length < 2) return undefined;
  const protocol = readUint16(data, 0);
  const rest = data.subarray(2);
  if (protocol === protocolNumber.chap && rest.length > 0) {
    const algorithm = rest[0] ?? 0;
    const name = chapNames[algorithm] ?? algorithm.toString(16).padStart(2, "0");
    return `auth chap ${name}${octets(rest.subarray(1))}`;
  }
  const names: Record<number, string> = { [protocolNumber.pap]: "pap", [protocolNumber.eap]: "eap" };
  return `auth ${names[protocol] ?? hex32(protocol)}${octets(rest)}`;
}

function interfaceIdentifier(data: Uint8Array): string | undefined {
  if (data.length !== 8) return undefined;
  const groups = [0, 2, 4, 6].map((at) => readUint16(data, at).toString(16).padStart(4, "0"));
  return `addr fe80::${groups.join(":")}`;
}

function vjCompression(data: Uint8Array): string | undefined {
  if (data.length < 2) return undefined;
  const protocol = readUint16(data, 0);
  const name = protocol === protocolNumber.vjCompressed
    ? "VJ"
    : protocol === 0x0037
    ? "old-VJ"
    : hex32(protocol);
  return `compress ${name}${octets(data.subarray(2))}`;
}

function mppe(data: Uint8Array): string | undefined {
  if (data.length !== 4) return undefined;
  const bits = readUint32(data, 0);
  const named: [number, string][] = [[0x80, "+M"], [0x40, "+S"], [0x20, "+L"], [0x10, "+D"], [1, "+C"]];
  const flags = named.map(([bit, name]) => (bits & bit) !== 0 ? name : name.replace("+", "-")).join(" ");
  return `mppe ${(bits & 0x01000000) !== 0 ? "+H" : "-H"} ${flags}`;
}

function callback(data: Uint8Array): string | undefined {
  const [operation] = data;
  if (operation === undefined) return undefined;
  return `callback ${operation === 6 ? "CBCP" : hex32(operation)}${octets(data.subarray(1))}`;
}

const printers: Record<number, Record<number, OptionPrinter>> = {
  [protocolNumber.lcp]: {
    1: uint16("mru"),
    2: uint32("asyncmap", hex32),
    3: authentication,
    5: uint32("magic", hex32),
    7: empty("pcomp"),
    8: empty("accomp"),
    13: callback,
    17: uint16("mrru"),
    18: empty("ssnhf"),
  },
  [protocolNumber.ipcp]: {
    1: (data) =>
      data.length === 8
        ? `addrs ${formatIpv4(readUint32(data, 0))} ${formatIpv4(readUint32(data, 4))}`
        : undefined,
    2: vjCompression,
    3: uint32("addr", formatIpv4),
    129: uint32("ms-dns1", formatIpv4),
    130: uint32("ms-wins", formatIpv4),
    131: uint32("ms-dns2", formatIpv4),
    132: uint32("ms-wins", formatIpv4),
  },
  [protocolNumber.ipv6cp]: { 1: interfaceIdentifier },
  [protocolNumber.ccp]: {
    1: empty("predictor 1"),
    18: mppe,
    21: (data) => data.length === 1 ? `bsd v${(data[0] ?? 0) >> 5} ${(data[0] ?? 0) & 31}` : undefined,
    24: (data) => data.length === 2 ? `deflate(old#) ${((data[0] ?? 0) >> 4) + 8}` : undefined,
    26: (data) => data.length === 2 ? `deflate ${((data[0] ?? 0) >> 4) + 8}` : undefined,
  },
};

/** Octets as pppd shows what it has no words for: ` 0a 0b`, 32 at most. */
export function octets(data: Uint8Array): string {
  if (data.length === 0) return "";
  const shown = ` ${toHex(data.subarray(0, 32), " ")}`;
  return data.length > 32 ? `${shown} ...` : shown;
}

/** The options of a Configure packet, each ` <…>`. Octets behind the last whole option are shown as they are. */
export function printOptions(protocol: number, data: Uint8Array): string {
  const { options, rest } = parseOptions(data);
  const shown = options.map((option) => {
    const known = printers[protocol]?.[option.type]?.(option.data);
    // What has no words is shown with its type and length, behind a space, as pppd does.
    const { type, data } = option;
    return ` <${known ?? ` ${toHex(Uint8Array.of(type, data.length + 2), " ")}${octets(data)}`}>`;
  });
  return shown.join("") + octets(rest ?? new Uint8Array(0));
}

const callbackNames: Record<number, string> = {
  1: "NoCallback",
  2: "UserDefined",
  3: "AdminDefined",
  4: "List",
};

/** One option of CBCP; the spaces and signs are pppd's, which prints of a list no more than the first number. */
function callbackOption({ type, data }: ConfigurationOption): string {
  const name = callbackNames[type] ?? `option=${hex32(type)}`;
  const [delay, addressType] = data;
  if (delay === undefined) return ` < ${name}>`;
  if (addressType === undefined) return ` < ${name} delay = ${delay}>`;
  const numbers: string[] = [];
  for (let at = 2; at < data.length;) {
    const nul = data.indexOf(0, at);
    const end = nul < 0 ? data.length : nul;
    numbers.push(printable(data.subarray(at, end)));
    at = end + 2;
  }
  return ` < ${name} delay = ${delay} number = ${numbers.join(" ")}>`;
}

/** The options of a packet of CBCP, after pppd's cbcp_printpkt. */
export function printCallbackOptions(data: Uint8Array): string {
  const { options, rest } = parseOptions(data);
  return options.map(callbackOption).join("") + octets(rest ?? new Uint8Array(0));
}
