/**
 * Waiting for a network that takes packets.
 *
 * Of the registrations of calls, packets, LTE and 5G the ones of packets count: a data card that is refused for calls is
 * registered all the same. A refusal counts only when it stays, since modems are refused for moments while they look around.
 *
 * @module
 */
import type { Millis } from "../../machine.ts";
import {
  isRegistered,
  type Registration,
  registration,
  type RegistrationDomain,
  reportRegistration,
} from "../commands/registration.ts";
import { ask, pause, type Procedure, progress, query } from "../procedure.ts";
import type { FinalResult } from "../result_code.ts";

/** How the wait ended; `all`: what each registration said last. */
export type RegisterResult =
  | { readonly kind: "registered"; readonly by: Registration; readonly all: readonly Registration[] }
  /** The network does not want this card; its cause is in the registration where the modem tells. */
  | { readonly kind: "denied"; readonly by: Registration; readonly all: readonly Registration[] }
  | { readonly kind: "timeout"; readonly all: readonly Registration[] };

const domains: readonly RegistrationDomain[] = ["eps", "5gs", "ps", "cs"];
const EVERY: Millis = 2000;
/** How long all that answer must say denied. */
const DENIED_FOR: Millis = 20_000;

/** Wait until packets can pass, for `withinMs` at most. */
export function* register(withinMs: Millis): Procedure<RegisterResult> {
  const start = yield* pause(0);
  for (const domain of domains) {
    // With the cause of a refusal where the modem can, else with area and cell.
    const { final } = yield* ask(reportRegistration(domain, 3));
    if (final.kind === "detached") return { kind: "timeout", all: [] };
    // A modem that does not answer for a moment may come back while it is waited for.
    if (final.kind === "portDead") break;
    if (final.kind !== "ok") yield* ask(reportRegistration(domain, 2));
  }
  let deniedSince: Millis | undefined;
  let said = "";
  let asked = domains;
  for (;;) {
    const all: Registration[] = [];
    const kept: RegistrationDomain[] = [];
    let knows = false;
    for (const domain of asked) {
      const { value, final } = yield* query(registration(domain));
      if (value !== undefined) all.push(value);
      if (final.kind === "ok") knows = true;
      if (final.kind === "ok" || final.kind === "timeout" || isBusy(final)) kept.push(domain);
    }
    // What a modem does not know it is not asked again, unless it knew nothing: then it is busy.
    if (knows) asked = kept;
    const by = packets(all);
    if (by !== undefined && isRegistered(by.status)) return { kind: "registered", by, all };
    const now = yield* pause(EVERY);
    const isDenied = by?.status === "denied";
    deniedSince = isDenied ? deniedSince ?? now : undefined;
    if (by !== undefined && deniedSince !== undefined && now - deniedSince >= DENIED_FOR) {
      return { kind: "denied", by, all };
    }
    if (now - start >= withinMs) return { kind: "timeout", all };
    const words = by?.status ?? "unknown";
    if (words !== said) yield* progress(`registration: ${words}`);
    said = words;
  }
}

/** SIM busy, and whatever else the modem does now and not for ever. 27.007 §9.2 */
function isBusy(final: FinalResult): boolean {
  return final.kind === "cmeError" && (final.code === 14 || final.code === 52 || final.code === 100);
}

/** The registration that decides: a packet one that is registered, else that which is nearest to it; calls only where no other. */
export function packets(all: readonly Registration[]): Registration | undefined {
  const forPackets = all.filter((each) => each.domain !== "cs");
  const choice = forPackets.length > 0 ? forPackets : all;
  const rank = (each: Registration) =>
    isRegistered(each.status) ? 0 : each.status === "searching" ? 1 : each.status === "denied" ? 2 : 3;
  return [...choice].sort((one, other) => rank(one) - rank(other))[0];
}
