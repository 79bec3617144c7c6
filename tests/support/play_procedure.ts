/**
 * A procedure played to its end in virtual time, against a modem that is a function.
 *
 * @module
 */
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import { AtEngine } from "../../src/at/engine.ts";
import type { Procedure } from "../../src/at/procedure.ts";
import { type FactStep, ProcedureRun } from "../../src/at/procedure_run.ts";
import { askLedger } from "../../src/run/ledger.ts";

/** A ledger without a disk. */
function askMap(kept: Map<string, string>, step: FactStep): string | undefined {
  return askLedger({
    recall: (key) => kept.get(key),
    fingerprint: (secret) => `f${secret}`,
    remember: (key, value, was) => {
      if (kept.get(key) !== was) return false;
      if (value === undefined) kept.delete(key);
      else kept.set(key, value);
      return true;
    },
  }, step);
}

function isFactStep(output: { readonly kind: string }): output is FactStep {
  return output.kind === "remember" || output.kind === "recall" || output.kind === "fingerprint";
}

/** What a modem says to a command line; undefined: ERROR; an empty text: nothing. */
export type Modem = (line: string) => string | undefined;

/** What came of it. */
export interface Played<R> {
  readonly result: R | undefined;
  readonly refused: string | undefined;
  readonly sent: readonly string[];
  readonly secrets: readonly string[];
  readonly engine: AtEngine;
  readonly tookMs: number;
}

/** Run a procedure to its end in virtual time. `kept` outlives it, as a file would. */
export function play<R>(
  procedure: Procedure<R>,
  modem: Modem,
  kept: Map<string, string> = new Map(),
  crashAt?: string,
): Played<R> {
  const engine = new AtEngine();
  const run = new ProcedureRun(engine, procedure);
  const sent: string[] = [];
  const secrets: string[] = [];
  let result: R | undefined;
  let refused: string | undefined;
  let now = 0;
  run.handle({ kind: "start" }, now);
  for (let turn = 0; turn < 10_000; turn++) {
    const output = run.next();
    if (output === undefined) {
      if (run.isFinished || run.deadline === undefined) break;
      now = Math.max(now, run.deadline);
      run.expire(now);
      continue;
    }
    if (output.kind === "send") {
      const line = latin1(output.octets).replace(/\r$/, "");
      sent.push(line);
      if (output.isSecret) secrets.push(line);
      if (crashAt !== undefined && line.startsWith(crashAt)) break;
      const said = modem(line) ?? "\r\nERROR\r\n";
      run.handle({ kind: "engine", input: { kind: "octets", octets: fromLatin1(said) } }, now);
    } else if (isFactStep(output)) run.handle({ kind: "kept", text: askMap(kept, output) }, now);
    else if (output.kind === "finished") result = output.result;
    else if (output.kind === "refused") refused = output.why;
  }
  return { result, refused, sent, secrets, engine, tookMs: now };
}

/** A modem that answers from a table; `OK` is added. */
export function table(answers: Readonly<Record<string, string>>): Modem {
  return (line) => {
    const said = answers[line];
    if (said === undefined) return undefined;
    return /ERROR|CONNECT|NO CARRIER|BUSY/.test(said) ? `\r\n${said}\r\n` : `\r\n${said}\r\n\r\nOK\r\n`;
  };
}
