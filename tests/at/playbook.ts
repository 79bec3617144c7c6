/**
 * A transcript of an AT engine in virtual time: what it sends, what comes back, what it says to its owner.
 *
 * @module
 */
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import type { AtCommand, AtResponse } from "../../src/at/command.ts";
import { AtEngine } from "../../src/at/engine.ts";
import type { AtEngineOptions, AtInput, AtOutput } from "../../src/at/engine_ports.ts";
import { assert, assertEquals } from "../support/test.ts";

/** One engine and what has been said so far. */
export class Playbook {
  readonly engine: AtEngine;
  now = 0;
  /** What was sent since it was last looked at. */
  #sent = "";
  /** Everything else that came out since it was last looked at. */
  #said: AtOutput[] = [];

  constructor(options: AtEngineOptions = {}) {
    this.engine = new AtEngine(options);
  }

  handle(input: AtInput): this {
    this.engine.handle(input, this.now);
    return this.#drain();
  }

  /** Ask for a command. */
  asks(id: number, command: AtCommand): this {
    return this.handle({ kind: "command", id, command });
  }

  /** The port gives this. */
  gets(text: string): this {
    return this.handle({ kind: "octets", octets: fromLatin1(text) });
  }

  /** Time passes; every deadline on the way is kept. */
  waits(ms: number): this {
    const end = this.now + ms;
    for (let due = this.engine.deadline; due !== undefined && due <= end; due = this.engine.deadline) {
      this.now = Math.max(this.now, due);
      this.engine.expire(this.now);
      this.#drain();
    }
    this.now = end;
    return this;
  }

  /** What was sent since the last look. */
  sends(expected: string): this {
    assertEquals(this.#sent, expected);
    this.#sent = "";
    return this;
  }

  /** The next response. */
  responds(id: number, kind: AtResponse["final"]["kind"], lines: readonly string[] = []): this {
    const at = this.#said.findIndex((each) => each.kind === "response");
    const output = this.#said[at];
    assert(output?.kind === "response", `no response; said: ${this.#said.map((each) => each.kind).join()}`);
    this.#said.splice(at, 1);
    assertEquals([output.id, output.response.final.kind, output.response.lines], [id, kind, lines]);
    return this;
  }

  /** Nothing has been answered since the last look. */
  silent(): this {
    assertEquals(this.#said.filter((each) => each.kind === "response"), []);
    return this;
  }

  /** All unsolicited codes since the last look. */
  hears(...expected: readonly (readonly string[])[]): this {
    assertEquals(
      this.#take("unsolicited").map((each) => each.kind === "unsolicited" ? each.lines : []),
      expected,
    );
    return this;
  }

  /** All data of the call since the last look. */
  data(expected: string): this {
    const parts = this.#take("data").map((each) => each.kind === "data" ? latin1(each.octets) : "");
    assertEquals(parts.join(""), expected);
    return this;
  }

  /** How the port was said to be since the last look. */
  health(...expected: readonly string[]): this {
    assertEquals(this.#take("port").map((each) => each.kind === "port" ? each.health : ""), expected);
    return this;
  }

  #take(kind: AtOutput["kind"]): AtOutput[] {
    const taken = this.#said.filter((each) => each.kind === kind);
    this.#said = this.#said.filter((each) => each.kind !== kind);
    return taken;
  }

  #drain(): this {
    for (let output = this.engine.next(); output !== undefined; output = this.engine.next()) {
      if (output.kind === "send") this.#sent += latin1(output.octets);
      else this.#said.push(output);
    }
    return this;
  }
}

/** A command with information text. */
export function reads(body: string, more: Partial<AtCommand> = {}): AtCommand {
  const prefix = `${body.replace(/[?=].*$/, "")}:`;
  return { body, prefixes: [prefix], withinMs: 5000, ...more };
}

/** A command with free text. */
export function plain(body: string, more: Partial<AtCommand> = {}): AtCommand {
  return { body, prefixes: [], withinMs: 5000, ...more };
}
