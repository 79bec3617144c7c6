/**
 * Objects for programs, one a line.
 *
 * @module
 */

/**
 * An object as one line of JSON. What a modem said stands in it, so whatever could act on a terminal is escaped: JSON itself
 * leaves DEL, the second set of controls, and the marks that turn the direction of text as they are.
 */
export function jsonLine(object: object): string {
  const risky = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
  return JSON.stringify(object).replace(
    risky,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
