/**
 * AT round trips a second: the engine and a modem that answers at once, without a line between.
 *
 * @module
 */
import { fromLatin1 } from "../../src/base/text.ts";
import { AtEngine } from "../../src/at/engine.ts";
import type { AtCommand } from "../../src/at/command.ts";

const ROUNDS = 20_000;

/** A line for people. */
export function atBench(): string[] {
  const command: AtCommand = { body: "+CSQ", prefixes: ["+CSQ:"], withinMs: 1000 };
  const answer = fromLatin1("\r\n+CSQ: 20,99\r\n\r\nOK\r\n");
  const engine = new AtEngine();
  const began = performance.now();
  let answered = 0;
  for (let id = 0; id < ROUNDS; id++) {
    engine.handle({ kind: "command", id, command }, id);
    for (let output = engine.next(); output !== undefined; output = engine.next()) {
      if (output.kind === "send") engine.handle({ kind: "octets", octets: answer }, id);
      else if (output.kind === "response" && output.response.final.kind === "ok") answered += 1;
    }
  }
  const perSecond = Math.round(ROUNDS / (performance.now() - began) * 1000);
  return [`AT+CSQ: ${perSecond} round trips a second, ${answered} of ${ROUNDS} answered`];
}
