/**
 * The options that say who is who beside names and methods: where secrets are, who may call, what needs no proof. pppd(8)
 *
 * @module
 */
import { flag, number, type OptionEntry, refused, silentlyIgnored, text } from "./ppp_option_kinds.ts";

function path(value: string, set: (path: string) => void): string | undefined {
  if (!value.startsWith("/")) return "expected an absolute path";
  set(value);
  return undefined;
}

/** See the file's head. */
export const identityOptions: readonly OptionEntry[] = [
  text("pap-secrets", (o, value) => path(value, (file) => o.secretsFiles.pap = file), { privileged: true }),
  text("chap-secrets", (o, value) => path(value, (file) => o.secretsFiles.chap = file), { privileged: true }),
  text("+ua", (o, value) => void (o.userFile = value)),
  number("passwordfd", 0, 1023, (o, value) => void (o.passwordFd = value)),
  flag("chapms-strip-domain", (o) => void (o.stripsDomain = true)),
  text("allow-ip", (o, value) => void o.allowIp.push(value), { privileged: true, key: "allow-ip *" }),
  text("allow-number", (o, value) => void o.allowNumbers.push(value), {
    privileged: true,
    key: "allow-number *",
  }),
  text("remotenumber", (o, value) => void (o.remoteNumber = value)),
  refused(
    "login",
    0,
    "asking the system's passwords needs the C library's crypt and PAM; put the secrets into pap-secrets",
  ),
  refused(
    "papcrypt",
    0,
    "encrypted secrets need the C library's crypt; use chap-secrets, or secrets as they are",
  ),
  silentlyIgnored("enable-session", 0, "no session is entered into the system's records"),
  silentlyIgnored("privgroup", 1, "nobody but root has root's rights"),
];
