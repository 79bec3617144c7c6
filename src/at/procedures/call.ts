/**
 * A data call: its context, dialling, hanging up.
 *
 * @module
 */
import {
  activateContext,
  activeContexts,
  contextAuthentication,
  contexts,
  type CredentialsOrder,
  defineContext as defineCommand,
  isSameApn,
  type PdpType,
} from "../commands/context.ts";
import type { Millis } from "../../machine.ts";
import { dialData, hangUpCall } from "../commands/v250.ts";
import type { ReadCommand } from "../command.ts";
import { allAfter } from "../parameters.ts";
import { ask, leaveCall, pause, type Procedure, query } from "../procedure.ts";
import type { FinalResult } from "../result_code.ts";

/** 27.007 §9.2.1 */
const SIM_BUSY = 14;
const BUSY_PAUSE: Millis = 2000;

/** A context as it shall be. */
export interface ContextSettings {
  readonly contextIdentifier: number;
  readonly pdpType: PdpType;
  /** Empty: the network's own choice. */
  readonly apn: string;
  readonly authentication?: {
    readonly method: "pap" | "chap";
    readonly user: string;
    readonly password: string;
    /** What this modem wants first; undefined: not known, so it is not told. */
    readonly order: CredentialsOrder | undefined;
  } | undefined;
}

/** How defining went. */
export type DefineResult =
  /** `hasCredentials` false: the modem takes none by command; PPP brings them. */
  | { readonly kind: "defined" | "already"; readonly hasCredentials: boolean }
  | { readonly kind: "failed"; readonly final: FinalResult };

/**
 * Define a context, unless it is so already: the definition is in flash memory, and some modems attach anew for it. One that is in
 * use is switched off first.
 */
export function* defineContext(settings: ContextSettings): Procedure<DefineResult> {
  const { contextIdentifier, pdpType, apn, authentication } = settings;
  const command = defineCommand(contextIdentifier, pdpType, apn);
  const { value: defined } = yield* query(contexts);
  const present = defined?.find((each) => each.contextIdentifier === contextIdentifier);
  const isAlready = present?.pdpType === pdpType && isSameApn(present.apn, apn);
  if (!isAlready) {
    let { final } = yield* ask(command);
    if (final.kind === "timeout" || (final.kind === "cmeError" && final.code === SIM_BUSY)) {
      // An answer may get lost, and a card is busy when it has just been opened.
      yield* pause(BUSY_PAUSE);
      ({ final } = yield* ask(command));
    }
    if (final.kind !== "ok" && (yield* isActive(contextIdentifier))) {
      yield* ask(activateContext(contextIdentifier, false));
      ({ final } = yield* ask(command));
    }
    if (final.kind !== "ok") return { kind: "failed", final };
  }
  let hasCredentials = false;
  if (authentication?.order !== undefined) {
    const { method, user, password, order } = authentication;
    const { final } = yield* ask(contextAuthentication(contextIdentifier, method, user, password, order));
    hasCredentials = final.kind === "ok";
  }
  return { kind: isAlready ? "already" : "defined", hasCredentials };
}

function* isActive(contextIdentifier: number): Procedure<boolean> {
  const { value } = yield* query(activeContexts);
  return value?.includes(contextIdentifier) ?? false;
}

/** How dialling went. */
export type DialResult =
  /** The line is the call's now. `speed`: what the modem said behind CONNECT. */
  | { readonly kind: "connected"; readonly speed: string }
  /** `cause`: the network's or modem's own words about it, from the peer; for people, to be printed escaped. */
  | { readonly kind: "failed"; readonly final: FinalResult; readonly cause: string | undefined };

/** Dial a context. `number` undefined: `*99***cid#`. Throws ArgumentError at the first step. */
export function* dial(contextIdentifier: number, number?: string): Procedure<DialResult> {
  const { final } = yield* ask(dialData(contextIdentifier, number));
  if (final.kind === "connect") return { kind: "connected", speed: final.text };
  const { value: cause } = yield* query(extendedError);
  return { kind: "failed", final, cause };
}

/** `+CEER`, why the last call failed. 27.007 §6.10 */
const extendedError: ReadCommand<string> = {
  body: "+CEER",
  prefixes: ["+CEER:"],
  withinMs: 5000,
  read: (lines) => allAfter(lines, "+CEER:").join(" ").slice(0, 200) || undefined,
};

/** How hanging up went: `stuck` where the modem does not leave the call, and only its DTR line helps. */
export type HangUpResult = "hungUp" | "stuck";

/** End the call that is up, or that may be. Before this nothing of the call may be sent any more. */
export function* hangUp(): Procedure<HangUpResult> {
  const left = yield* leaveCall();
  if (left.final.kind === "noCarrier") return "hungUp";
  if (left.final.kind !== "ok") return "stuck";
  const { final } = yield* ask(hangUpCall);
  return final.kind === "ok" || final.kind === "error" ? "hungUp" : "stuck";
}
