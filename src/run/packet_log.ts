/**
 * The packets of a link in the log, as pppd with `debug` writes them.
 *
 * @module
 */
import type { Level } from "../host.ts";
import { printPacket } from "../ppp/print.ts";
import type { RoundTripFile } from "./round_trip_file.ts";

/** What decides on a packet's line. */
export interface PacketLogOptions {
  readonly log: (level: Level, text: string) => void;
  /** Whether packets are logged now (`debug`, SIGUSR1). */
  readonly debug: () => boolean;
  readonly showSecrets: boolean;
  /** Sees the packets too, whether or not they are logged. */
  readonly roundTrips: RoundTripFile | undefined;
}

/** See the file's head. */
export class PacketLog {
  readonly #options: PacketLogOptions;

  constructor(options: PacketLogOptions) {
    this.#options = options;
  }

  /** Log one packet; not LCP Echo once a network has been up, which would fill the log. */
  write(direction: "sent" | "rcvd", packet: Uint8Array, hasBeenUp: boolean): void {
    const { log, debug, showSecrets, roundTrips } = this.#options;
    if (direction === "sent") roundTrips?.sent(packet);
    else roundTrips?.received(packet);
    if (!debug() || (hasBeenUp && isEcho(packet))) return;
    log("debug", `${direction} ${printPacket(packet, { showSecrets })}`);
  }

  /** The link is gone. */
  close(): void {
    this.#options.roundTrips?.close();
  }
}

function isEcho(packet: Uint8Array): boolean {
  return packet[0] === 0xc0 && packet[1] === 0x21 && (packet[2] === 9 || packet[2] === 10);
}
