/**
 * Text and octets: UTF-8 both ways (the engines share no codec), octets kept one to a character, and printing that is safe
 * for a terminal and a log.
 *
 * @module
 */

/** UTF-8 octets of a text; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const octets: number[] = [];
  for (const character of text) {
    let point = character.codePointAt(0) ?? 0xfffd;
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x80) octets.push(point);
    else if (point < 0x800) octets.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
    else if (point < 0x10000) {
      octets.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
    } else {
      octets.push(
        0xf0 | (point >> 18),
        0x80 | ((point >> 12) & 0x3f),
        0x80 | ((point >> 6) & 0x3f),
        0x80 | (point & 0x3f),
      );
    }
  }
  return Uint8Array.from(octets);
}

/** Text of UTF-8 octets; each octet that is not part of a valid sequence becomes U+FFFD. */
export function decodeUtf8(octets: Uint8Array): string {
  const parts: string[] = [];
  let at = 0;
  while (at < octets.length) {
    const first = octets[at] ?? 0;
    const more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    let point = more === 0 ? first : first & (0x3f >> more);
    let valid = first < 0x80 || (first >= 0xc2 && first <= 0xf4);
    for (let i = 1; valid && i <= more; i++) {
      const octet = octets[at + i] ?? 0;
      if ((octet & 0xc0) !== 0x80) valid = false;
      point = (point << 6) | (octet & 0x3f);
    }
    const least = [0, 0x80, 0x800, 0x10000][more] ?? 0;
    if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) valid = false;
    parts.push(valid ? String.fromCodePoint(point) : "\ufffd");
    at += valid ? more + 1 : 1;
  }
  return parts.join("");
}

/** One character per octet (ISO 8859-1): nothing is lost. */
export function latin1(octets: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < octets.length; at += 4096) {
    parts.push(String.fromCharCode(...octets.subarray(at, at + 4096)));
  }
  return parts.join("");
}

/** The octets of a text that `latin1` gave; characters above U+00FF lose their upper bits. */
export function fromLatin1(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i);
  return octets;
}

const NAMED: Record<number, string> = {
  8: "\\b",
  9: "\\t",
  10: "\\n",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

/**
 * Octets from a peer as text that cannot move a cursor or forge a log line: printable ASCII as it is, the rest escaped
 * (`\n`, `\033`), cut after `most` octets with `...`. The escapes are those of pppd's `%q`.
 */
export function printable(octets: Uint8Array, most = 256): string {
  const parts: string[] = [];
  for (const octet of octets.subarray(0, most)) {
    const named = NAMED[octet];
    if (named !== undefined) parts.push(named);
    else if (octet >= 0x20 && octet < 0x7f) parts.push(String.fromCharCode(octet));
    else parts.push("\\" + octet.toString(8).padStart(3, "0"));
  }
  if (octets.length > most) parts.push("...");
  return parts.join("");
}

/** Octets of our own words for a peer: printable ASCII, all else as `?`, 255 at most. */
export function printableOctets(text: string): Uint8Array {
  return Uint8Array.from(text.slice(0, 255), (character) => {
    const point = character.charCodeAt(0);
    return point >= 0x20 && point < 0x7f ? point : 0x3f;
  });
}
