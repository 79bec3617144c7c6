/**
 * The short messages that a virtual modem keeps. 3GPP TS 27.005 §3
 *
 * @module
 */
import type { DeliveredMessage } from "./short_message.ts";

/** `<stat>` in PDU mode: received unread, received read, stored unsent, stored sent. 3GPP TS 27.005 §3.1 */
export type MessageStatus = 0 | 1 | 2 | 3;

/** `<stat>` in text mode, by its number. */
export const messageStatusNames = ["REC UNREAD", "REC READ", "STO UNSENT", "STO SENT"] as const;

/** A message in its place. */
export interface StoredMessage {
  readonly index: number;
  readonly status: MessageStatus;
  /** With the service centre in front. */
  readonly pdu: Uint8Array;
  readonly message: DeliveredMessage;
}

/** Places on the card. */
export const MOST_MESSAGES = 20;

/** See the file's head. */
export class MessageStore {
  readonly #messages = new Map<number, StoredMessage>();

  /** How many are kept. */
  get count(): number {
    return this.#messages.size;
  }

  /** Keep one in the first free place; that place, or undefined when all are taken. */
  add(status: MessageStatus, pdu: Uint8Array, message: DeliveredMessage): number | undefined {
    for (let index = 0; index < MOST_MESSAGES; index++) {
      if (this.#messages.has(index)) continue;
      this.#messages.set(index, { index, status, pdu: pdu.slice(), message });
      return index;
    }
    return undefined;
  }

  /** The message in a place as it was; it is a read one afterwards. */
  read(index: number): StoredMessage | undefined {
    const found = this.#messages.get(index);
    if (found?.status === 0) this.#messages.set(index, { ...found, status: 1 });
    return found;
  }

  /** Those of a status, or all, by their places; unread ones are read ones afterwards. */
  list(status: MessageStatus | "all"): StoredMessage[] {
    const found = [...this.#messages.values()].filter((each) => status === "all" || each.status === status)
      .toSorted((one, other) => one.index - other.index);
    for (const each of found) this.read(each.index);
    return found;
  }

  /** Empty a place; false when there is nothing. */
  delete(index: number): boolean {
    return this.#messages.delete(index);
  }

  /** Empty the places of these statuses. */
  deleteAll(statuses: readonly MessageStatus[]): void {
    for (const { index, status } of [...this.#messages.values()]) {
      if (statuses.includes(status)) this.#messages.delete(index);
    }
  }
}
