/**
 * Commands on the control channel that wait for their answer: sent again after T2, N2 times. 3GPP TS 27.010 §5.4.6
 *
 * One of a kind may wait for each channel; a newer one takes the older one's place, FCon that of FCoff too. So there are never more than
 * kinds times channels, and no older word comes behind a newer one.
 *
 * @module
 */
import type { Millis } from "../machine.ts";
import { sameOctets } from "../base/octets.ts";
import { type ControlMessage, emitControlMessage } from "./control_message.ts";

/** A command that waits. */
export interface PendingCommand {
  readonly message: ControlMessage;
  repeats: number;
  at: Millis;
  /** It took the place of one that was not answered: an answer may be that one's. */
  readonly isSecond: boolean;
}

/** How long and how often. */
export interface PendingSettings {
  readonly t2Ms: Millis;
  readonly n2: number;
}

function keyOf(message: ControlMessage): string {
  if (message.kind === "FCon" || message.kind === "FCoff") return "flow";
  return "dlci" in message ? `${message.kind} ${message.dlci}` : message.kind;
}

/** Whether this is an answer to that command. MSC and TEST give back what they were given, where they come behind another. */
function answers(answer: ControlMessage, { message, isSecond }: PendingCommand): boolean {
  if (answer.kind !== message.kind) return false;
  if (!isSecond || (message.kind !== "MSC" && message.kind !== "TEST")) return true;
  return sameOctets(emitControlMessage(answer, true), emitControlMessage(message, true));
}

/** See the file's head. */
export class PendingCommands {
  readonly #settings: PendingSettings;
  readonly #waiting = new Map<string, PendingCommand>();
  #deadline: Millis | undefined;

  constructor(settings: PendingSettings) {
    this.#settings = settings;
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return this.#deadline;
  }

  /** A command was sent. */
  add(message: ControlMessage, now: Millis): void {
    const { t2Ms, n2 } = this.#settings;
    const key = keyOf(message);
    this.#waiting.set(key, { message, repeats: n2, at: now + t2Ms, isSecond: this.#waiting.has(key) });
    this.#look();
  }

  /** An answer came: the command that it answers, which waits no more. Undefined when none did. */
  answered(answer: ControlMessage): ControlMessage | undefined {
    const key = keyOf(answer);
    const command = this.#waiting.get(key);
    if (command === undefined || !answers(answer, command)) return undefined;
    this.#waiting.delete(key);
    this.#look();
    return command.message;
  }

  /** The peer does not know commands of this kind: all that wait, which wait no more. */
  unknown(kind: ControlMessage["kind"]): ControlMessage[] {
    const commands = [...this.#waiting.values()].map(({ message }) => message).filter((each) =>
      each.kind === kind
    );
    for (const each of commands) this.#waiting.delete(keyOf(each));
    this.#look();
    return commands;
  }

  /** Nothing of this channel waits any more. */
  forget(dlci: number): void {
    for (const [key, { message }] of this.#waiting) {
      if ("dlci" in message && message.dlci === dlci) this.#waiting.delete(key);
    }
    this.#look();
  }

  /** Nothing waits any more. */
  clear(): void {
    this.#waiting.clear();
    this.#deadline = undefined;
  }

  /** What is to be sent again at `now`, and what nobody answered. */
  expire(now: Millis): { readonly repeated: ControlMessage[]; readonly lost: ControlMessage[] } {
    const repeated: ControlMessage[] = [];
    const lost: ControlMessage[] = [];
    for (const [key, command] of this.#waiting) {
      if (now < command.at) continue;
      if (command.repeats === 0) {
        this.#waiting.delete(key);
        lost.push(command.message);
      } else {
        command.repeats -= 1;
        command.at = now + this.#settings.t2Ms;
        repeated.push(command.message);
      }
    }
    this.#look();
    return { repeated, lost };
  }

  #look(): void {
    this.#deadline = undefined;
    for (const { at } of this.#waiting.values()) {
      if (this.#deadline === undefined || at < this.#deadline) this.#deadline = at;
    }
  }
}
