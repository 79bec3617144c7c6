/**
 * CHAP packets, RFC 1994 §4, and the error texts of MS-CHAP, RFC 2433 §6.
 *
 * @module
 */
import { concat } from "../../base/octets.ts";
import { latin1 } from "../../base/text.ts";

/** Codes, RFC 1994 §4. */
export const chapCode = { challenge: 1, response: 2, success: 3, failure: 4 } as const;

/** Data of a Challenge or Response: a counted value, then a name. RFC 1994 §4.1 */
export interface ChapValue {
  readonly value: Uint8Array;
  readonly name: Uint8Array;
}

/** Value and name; undefined when the value's length is zero or past the end. */
export function parseChapValue(data: Uint8Array): ChapValue | undefined {
  const length = data[0] ?? 0;
  if (length === 0 || 1 + length > data.length) return undefined;
  return { value: data.slice(1, 1 + length), name: data.slice(1 + length) };
}

/** Data of a Challenge or Response. RFC 1994 §4.1 */
export function emitChapValue(value: Uint8Array, name: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(value.length), value, name);
}

const errors = new Map<string, string>([
  ["646", "not allowed at this hour"],
  ["647", "the account is disabled"],
  ["648", "the password has expired"],
  ["649", "no permission to dial in"],
  ["691", "wrong name or password"],
  ["709", "the password could not be changed"],
]);

/** What an MS-CHAP Failure message `E=691 R=0 …` says in plain words; undefined when it holds no such code. RFC 2433 §6 */
export function msChapError(message: Uint8Array): string | undefined {
  const code = /(?:^|\s)E=([0-9]{1,10})/.exec(latin1(message))?.[1];
  return code === undefined ? undefined : errors.get(code) ?? `error ${code}`;
}
