/**
 * EAP packets, RFC 3748 §4 and §5, and what EAP-MSCHAPv2 puts inside them, draft-kamath-pppext-eap-mschapv2-02 §2.
 *
 * The header is that of every control packet (`packet.ts`). Each Request and Response begins with a Type octet.
 *
 * @module
 */
import { concat, readUint16, uint16Octets } from "../../base/octets.ts";
import { emitControlPacket } from "../packet.ts";

/** Codes, RFC 3748 §4. */
export const eapCode = { request: 1, response: 2, success: 3, failure: 4 } as const;

/** Types, RFC 3748 §5; `msChapV2` from the "Method Types" registry. */
export const eapType = { identity: 1, notification: 2, nak: 3, md5Challenge: 4, msChapV2: 26 } as const;

/** Methods that are here. */
export type EapMethod = "md5" | "mschap-v2";

/** The Type of each method. */
export const eapTypeOf: Readonly<Record<EapMethod, number>> = {
  "md5": eapType.md5Challenge,
  "mschap-v2": eapType.msChapV2,
};

/** A Request or Response in fresh octets; `typeData` is what stands behind the Type. RFC 3748 §4.1 */
export function emitEap(code: number, identifier: number, type: number, typeData: Uint8Array): Uint8Array {
  return emitControlPacket(code, identifier, concat(Uint8Array.of(type), typeData));
}

/** An MS-CHAPv2 packet inside EAP; `opCode` is a code of CHAP. `data` is a view into what was parsed. */
export interface EapMsChapPacket {
  readonly opCode: number;
  /** MS-CHAPv2-ID. */
  readonly identifier: number;
  readonly data: Uint8Array;
}

/** Type-Data of EAP-MSCHAPv2 with its MS-Length; draft-kamath-pppext-eap-mschapv2-02 §2. */
export function emitEapMsChap(opCode: number, identifier: number, data: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(opCode, identifier), uint16Octets(4 + data.length), data);
}

/** The MS-CHAPv2 packet in the Type-Data; undefined when MS-Length is not the length of what is there. */
export function parseEapMsChap(typeData: Uint8Array): EapMsChapPacket | undefined {
  if (typeData.length < 4 || readUint16(typeData, 2) !== typeData.length) return undefined;
  return { opCode: typeData[0] ?? 0, identifier: typeData[1] ?? 0, data: typeData.subarray(4) };
}
