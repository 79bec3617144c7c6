/**
 * Control packets (Code, Identifier, Length, Data) and the options inside them: RFC 1661 §5 and §6.
 *
 * Length says where the packet ends: what stands behind it is padding. An option list may have a tail that is not an option
 * any more (length below 2 or past the end); it is given back as `rest`, to be rejected.
 *
 * @module
 */
import { readUint16, sameOctets, writeUint16 } from "../base/octets.ts";
import type { Malformed } from "../machine.ts";

/** Codes that LCP and the network control protocols share, RFC 1661 §5. */
export const code = {
  configureRequest: 1,
  configureAck: 2,
  configureNak: 3,
  configureReject: 4,
  terminateRequest: 5,
  terminateAck: 6,
  codeReject: 7,
  protocolReject: 8,
  echoRequest: 9,
  echoReply: 10,
  discardRequest: 11,
  /** RFC 1570 §1 */
  identification: 12,
  /** RFC 1570 §2 */
  timeRemaining: 13,
  /** CCP only, RFC 1962 §3 */
  resetRequest: 14,
  /** CCP only, RFC 1962 §3 */
  resetAck: 15,
} as const;

/** One control packet. `data` is a view into what was parsed. */
export interface ControlPacket {
  readonly kind: "control";
  readonly code: number;
  readonly identifier: number;
  readonly data: Uint8Array;
}

/** One configuration option. `data` is without the Type and Length octets. */
export interface ConfigurationOption {
  readonly type: number;
  readonly data: Uint8Array;
}

/** An option list as it was found. */
export interface OptionList {
  readonly options: ConfigurationOption[];
  /** The tail that is not an option, or undefined when every octet was one. */
  readonly rest: Uint8Array | undefined;
}

/** Read the header of a control packet; padding behind Length is left out. RFC 1661 §5. */
export function parseControlPacket(information: Uint8Array): ControlPacket | Malformed {
  if (information.length < 4) {
    return { kind: "malformed", why: "shorter than its header", at: information.length };
  }
  const length = readUint16(information, 2);
  if (length < 4) return { kind: "malformed", why: `Length ${length} is below 4`, at: 2 };
  if (length > information.length) {
    return { kind: "malformed", why: `Length ${length} is past the end (${information.length})`, at: 2 };
  }
  return {
    kind: "control",
    code: information[0] ?? 0,
    identifier: information[1] ?? 0,
    data: information.subarray(4, length),
  };
}

/** A control packet in fresh octets. RFC 1661 §5. */
export function emitControlPacket(packetCode: number, identifier: number, data: Uint8Array): Uint8Array {
  const packet = new Uint8Array(4 + data.length);
  packet[0] = packetCode;
  packet[1] = identifier;
  writeUint16(packet, 2, packet.length);
  packet.set(data, 4);
  return packet;
}

/** Read a list of options; views into `data`. RFC 1661 §6. */
export function parseOptions(data: Uint8Array): OptionList {
  const options: ConfigurationOption[] = [];
  let at = 0;
  while (at < data.length) {
    const length = data[at + 1] ?? 0;
    if (length < 2 || at + length > data.length) return { options, rest: data.subarray(at) };
    options.push({ type: data[at] ?? 0, data: data.subarray(at + 2, at + length) });
    at += length;
  }
  return { options, rest: undefined };
}

/** A list of options as octets. RFC 1661 §6. */
export function emitOptions(options: readonly ConfigurationOption[]): Uint8Array {
  const octets = new Uint8Array(options.reduce((sum, option) => sum + 2 + option.data.length, 0));
  let at = 0;
  for (const option of options) {
    octets[at] = option.type;
    octets[at + 1] = option.data.length + 2;
    octets.set(option.data, at + 2);
    at += option.data.length + 2;
  }
  return octets;
}

/** Whether each of `some` stands in `all` unchanged and in the same order: a Configure-Reject must. RFC 1661 §5.4 */
export function isPartOf(some: readonly ConfigurationOption[], all: readonly ConfigurationOption[]): boolean {
  let from = 0;
  for (const option of some) {
    const at = all.findIndex((each, i) =>
      i >= from && each.type === option.type && sameOctets(each.data, option.data)
    );
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}
