/**
 * The radio on, where another program has left it off: ModemManager does so when it ends.
 *
 * @module
 */
import { functionality } from "../commands/device.ts";
import { setFunctionality } from "../commands/v250.ts";
import { ask, type Procedure, progress, query } from "../procedure.ts";
import type { FinalResult } from "../result_code.ts";

/** How it went. */
export type SwitchOnResult =
  /** It was on, or the modem does not tell. */
  | { readonly kind: "wasOn" }
  | { readonly kind: "switchedOn" }
  | { readonly kind: "refused"; readonly final: FinalResult };

/** Least of it, sending or receiving or both off, 27.007 §8.2; 7 is SIMCom's and Huawei's off, 19 is u-blox's least. */
const off: ReadonlySet<number> = new Set([0, 2, 3, 4, 7, 19]);

/** Whether `<fun>` of `+CFUN` is one without a radio. */
export function isRadioOff(level: number | undefined): boolean {
  return level !== undefined && off.has(level);
}

/** Switch the radio on, unless it is. */
export function* switchOn(): Procedure<SwitchOnResult> {
  const { value: level } = yield* query(functionality);
  if (!isRadioOff(level)) return { kind: "wasOn" };
  yield* progress("the radio is off: switching it on");
  const { final } = yield* ask(setFunctionality(1));
  return final.kind === "ok" ? { kind: "switchedOn" } : { kind: "refused", final };
}
