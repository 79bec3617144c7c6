/**
 * A virtual modem under virtual time, and what it said.
 *
 * @module
 */
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import { plainDevice } from "../../src/sim/device.ts";
import { Modem, type ModemEvent, type ModemOptions } from "../../src/sim/modem.ts";
import { plain } from "../../src/sim/profiles/plain.ts";
import { parseScript } from "../../src/sim/script.ts";

/** A modem of no particular make with an ordinary card and network. */
export const plainModem: ModemOptions = plainDevice(plain);

/** The modem of a script; its accidents are the same each time. */
export function scripted(text: string): ModemOptions {
  return { ...parseScript(text).modem, seed: new Uint8Array(16).fill(7) };
}

/** See the file's head. */
export class ModemBench {
  readonly modem: Modem;
  readonly events: ModemEvent[] = [];
  now = 0;
  /** What its other ports said, by number. */
  readonly others = new Map<number, string>();

  constructor(different: Partial<ModemOptions> = {}) {
    this.modem = new Modem({ ...plainModem, ...different });
    this.modem.handle({ kind: "start" }, 0);
    this.said();
  }

  /** What it said on port 0 since the last time; data, calls and its comings and goings in angle brackets. */
  said(): string {
    const parts: string[] = [];
    for (let output = this.modem.next(); output !== undefined; output = this.modem.next()) {
      if (output.kind === "call") parts.push(output.isUp ? "<up>" : "<down>");
      else if (output.kind === "data") parts.push(`<${latin1(output.octets)}>`);
      else if (output.kind === "event") this.events.push(output.event);
      else if (output.kind === "plugged") {
        if (this.now > 0) parts.push(output.isPlugged ? "<plugged>" : "<unplugged>");
      } else if (output.port === 0) parts.push(latin1(output.octets));
      else this.others.set(output.port, (this.others.get(output.port) ?? "") + latin1(output.octets));
    }
    return parts.join("");
  }

  types(text: string, port = 0): string {
    this.modem.handle({ kind: "dte", octets: fromLatin1(text), port }, this.now);
    return this.said();
  }

  hears(text: string): string {
    this.modem.handle({ kind: "data", octets: fromLatin1(text) }, this.now);
    return this.said();
  }

  farEndHangsUp(): string {
    this.modem.handle({ kind: "callEnded" }, this.now);
    return this.said();
  }

  hostHangsUp(): string {
    this.modem.handle({ kind: "dtrDropped" }, this.now);
    return this.said();
  }

  after(ms: number): string {
    const until = this.now + ms;
    for (let due = this.modem.deadline; due !== undefined && due <= until; due = this.modem.deadline) {
      this.now = Math.max(this.now, due);
      this.modem.expire(this.now);
    }
    this.now = until;
    return this.said();
  }

  /** A command line without its echo, and all that is answered within a second. */
  asks(line: string): string {
    return this.types(`${line}\r`) + this.after(1000);
  }
}

/** A modem that does not echo. */
export function silentEcho(different: Partial<ModemOptions> = {}): ModemBench {
  const bench = new ModemBench(different);
  bench.asks("ATE0");
  return bench;
}

/** A modem in a call. */
export function inCall(different: Partial<ModemOptions> = {}): ModemBench {
  const bench = silentEcho(different);
  bench.asks("ATD*99#");
  return bench;
}
