/**
 * Who the modem is, and which card is in it.
 *
 * @module
 */
import type { ReadCommand } from "../command.ts";
import {
  cardNumberCommands,
  manufacturer,
  model,
  plainManufacturer,
  plainModel,
  plainRevision,
  revision,
  serialNumber,
  subscriberIdentity,
} from "../commands/identity.ts";
import { numericErrors } from "../commands/v250.ts";
import { ask, type Procedure, query } from "../procedure.ts";
import { isUnsolicited } from "../unsolicited.ts";

/** What a modem told of itself. Each is undefined when it did not. */
export interface Identity {
  readonly manufacturer: string | undefined;
  readonly model: string | undefined;
  readonly revision: string | undefined;
  readonly imei: string | undefined;
  /** Of the card; it may be locked. */
  readonly imsi: string | undefined;
  readonly iccid: string | undefined;
}

/** Ask for all of it. A modem that says something unasked in between is asked again. */
export function* identify(): Procedure<Identity> {
  yield* ask(numericErrors);
  const port = { isDead: false };
  return {
    manufacturer: yield* firstOf([manufacturer, plainManufacturer], port),
    model: yield* firstOf([model, plainModel], port),
    revision: yield* firstOf([revision, plainRevision], port),
    imei: yield* firstOf([serialNumber], port),
    imsi: yield* firstOf([subscriberIdentity], port),
    iccid: yield* firstOf(cardNumberCommands, port),
  };
}

/** The card's number, whatever command tells it. */
export function* cardNumber(): Procedure<string | undefined> {
  return yield* firstOf(cardNumberCommands);
}

/** The first answer with a meaning. A command that ended well without one is asked once more; a port that is dead nothing more. */
function* firstOf(
  commands: readonly ReadCommand<string>[],
  port: { isDead: boolean } = { isDead: false },
): Procedure<string | undefined> {
  if (port.isDead) return undefined;
  for (const command of commands) {
    for (let turn = 0; turn < 2; turn++) {
      const { value, final } = yield* query(command);
      if (value !== undefined && !isUnsolicited(value)) return value;
      port.isDead = final.kind === "portDead" || final.kind === "detached";
      if (port.isDead) return undefined;
      if (final.kind !== "ok") break;
    }
  }
  return undefined;
}
