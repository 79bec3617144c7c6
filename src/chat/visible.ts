/**
 * Octets as chat(8) shows them: `^M` for a carriage return, `M-a` for an octet above 127.
 *
 * @module
 */

/** One octet in visible characters; a tab is `^I`. */
export function visibleOctet(octet: number): string {
  const low = octet & 0x7f;
  const sign = low < 0x20 || low === 0x7f ? `^${String.fromCharCode(low ^ 0x40)}` : String.fromCharCode(low);
  return octet & 0x80 ? `M-${sign}` : sign;
}

/** A text of one character for each octet in visible characters; tabs stay. For a line of a log. */
export function visible(text: string): string {
  return Array.from(text, (each) => each === "\t" ? each : visibleOctet(each.charCodeAt(0) & 0xff)).join("");
}
