/**
 * What each workaround of `ppp/workaround.ts` is in the settings of a run of pppd, and which of them a run may try.
 *
 * @module
 */
import type { PppOptions } from "../config/ppp_options.ts";
import type { AuthenticationMethod } from "../ppp/auth/authentication.ts";
import { type WorkaroundName, workarounds } from "../ppp/workaround.ts";
import type { LinkIdentity } from "./pppd_authentication.ts";
import type { PppdSettings } from "./pppd_settings.ts";

const NOTHING = new Uint8Array(0);
const withoutPap: readonly AuthenticationMethod[] = ["chap-md5", "mschap", "mschap-v2", "eap"];
const controlCharacters: readonly number[] = Array.from({ length: 32 }, (_, octet) => octet);

/**
 * Those that change something and that the options do not forbid; none with `no-workarounds`. Without a word they are for links that
 * are dialled (`connect`) again and again (`persist`): elsewhere pppd's users expect one attempt and its exit status.
 */
export function usableWorkarounds(options: PppOptions): WorkaroundName[] {
  const isWanted = options.workarounds ?? (options.connect !== undefined && options.persist);
  if (!isWanted || !options.ip) return [];
  return workarounds.map(({ name }) => name).filter((name) => changes(name, options));
}

function changes(name: WorkaroundName, options: PppOptions): boolean {
  // Encryption that must be comes from CCP and from keys that a real password has made by MS-CHAP.
  if (options.mppe.required && (name === "nobody" || name === "pap" || name === "noCcp")) return false;
  switch (name) {
    case "windows":
      return !(options.usePeerDns && options.usePeerWins);
    case "nobody":
      return options.password === undefined || options.password.length > 0;
    case "pap":
      // Who refuses PAP does not want the password on the line.
      return !options.refuse.has("pap") && withoutPap.some((each) => !options.refuse.has(each));
    case "noVj":
      return options.vj.enabled;
    case "noCcp":
      return options.ccp;
    case "wholeHeaders":
      return options.pcomp || options.accomp;
    case "escapeAll":
      return options.asyncmap !== undefined;
  }
}

/** The options of an attempt with a workaround. */
export function optionsWith(name: WorkaroundName | undefined, options: PppOptions): PppOptions {
  switch (name) {
    case "windows":
      return { ...options, usePeerDns: true, usePeerWins: true };
    case "nobody":
      return { ...options, password: NOTHING };
    case "pap":
      return { ...options, refuse: new Set([...options.refuse, ...withoutPap]) };
    case "noVj":
      return { ...options, vj: { ...options.vj, enabled: false } };
    case "noCcp":
      return { ...options, ccp: false };
    case "wholeHeaders":
      return { ...options, pcomp: false, accomp: false };
    case "escapeAll":
      return { ...options, asyncmap: undefined };
    case undefined:
      return options;
  }
}

/** Who we say we are in an attempt with a workaround. */
export function identityWith(name: WorkaroundName | undefined, identity: LinkIdentity): LinkIdentity {
  return name === "nobody" ? { ...identity, user: NOTHING } : identity;
}

/** The settings of an attempt with a workaround: its link, and what is escaped beyond what the peer asks for. */
export function settingsWith(name: WorkaroundName | undefined, settings: PppdSettings): PppdSettings {
  if (name === undefined) return settings;
  return {
    ...settings,
    escapes: name === "escapeAll" ? [...settings.escapes, ...controlCharacters] : settings.escapes,
    link: (context) => settings.link({ ...context, workaround: name }),
  };
}
