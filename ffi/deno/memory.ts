/**
 * Octets that go to and come from C: NUL-terminated texts, arrays of pointers, and a buffer's address.
 *
 * @module
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A NUL-terminated UTF-8 copy of a text. Throws TypeError for a text with a NUL in it: C would cut it there. */
export function cText(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new TypeError("A text for the system has a NUL octet in it");
  return encoder.encode(`${text}\0`);
}

/** The text that UTF-8 octets hold. */
export function textOf(octets: Uint8Array): string {
  return decoder.decode(octets);
}

/** Whether a pointer was null. */
export function isNull(pointer: Deno.PointerValue): pointer is null {
  return pointer === null;
}

/** Text at a pointer, up to its NUL. */
export function textAt(pointer: NonNullable<Deno.PointerValue>): string {
  return Deno.UnsafePointerView.getCString(pointer);
}

/** The address of octets that the caller keeps alive. */
export function addressOf(octets: Uint8Array): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(octets as Uint8Array<ArrayBuffer>));
}

/** A NULL-terminated array of pointers to texts, with the texts it points to. Keep both alive over the call. */
export function cTextArray(texts: readonly string[]): { array: Uint8Array<ArrayBuffer>; kept: Uint8Array[] } {
  const kept = texts.map(cText);
  const array = new BigUint64Array(texts.length + 1);
  kept.forEach((each, i) => {
    array[i] = addressOf(each);
  });
  return { array: new Uint8Array(array.buffer), kept };
}

/** Octets as the FFI wants them: the host's own buffers are never shared ones. */
export function buffer(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  return octets as Uint8Array<ArrayBuffer>;
}
