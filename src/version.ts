/**
 * Which program this is.
 *
 * @module
 */

/** Version of the program; `package.json` says the same. */
export const VERSION = "0.1.0";
