/**
 * The far end of the demonstration: a virtual modem and the PPP server behind it, on the master side of a pty.
 *
 * @module
 */
import { type Fd, type Host, HostError, type Interest, type Millis } from "../../host.ts";
import { earliest } from "../../machine.ts";
import { Modem, type ModemOptions } from "../../sim/modem.ts";
import { PppServer, type PppServerOptions } from "../../sim/ppp_server.ts";

const READ_OCTETS = 4096;
/** What the near end does not take is lost above this, as on a line without flow control. */
const MOST_QUEUED = 65536;

/** See the file's head. The descriptor stays the caller's. */
export class FarEnd {
  readonly #host: Host;
  readonly #fd: Fd;
  readonly #modem: Modem;
  readonly #server: PppServer;
  readonly #input = new Uint8Array(READ_OCTETS);
  #queue: Uint8Array[] = [];
  #queued = 0;

  constructor(host: Host, fd: Fd, modem: ModemOptions, server: PppServerOptions) {
    this.#host = host;
    this.#fd = fd;
    this.#modem = new Modem(modem);
    this.#modem.handle({ kind: "start" }, host.clock());
    this.#server = new PppServer(server);
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return earliest(this.#modem.deadline, this.#server.deadline);
  }

  /** Descriptors to wait for. */
  interests(): readonly Interest[] {
    return [{ fd: this.#fd, read: true, write: this.#queued > 0 }];
  }

  /** The descriptor is ready. Throws HostError. */
  ready(now: Millis): void {
    const count = this.#host.read(this.#fd, this.#input);
    if (count !== "again") {
      this.#modem.handle({ kind: "dte", octets: this.#input.subarray(0, count) }, now);
    }
    this.#drain(now);
  }

  /** Act on deadlines. Throws HostError. */
  expire(now: Millis): void {
    this.#modem.expire(now);
    this.#server.expire(now);
    this.#drain(now);
  }

  #drain(now: Millis): void {
    for (let more = true; more;) {
      more = false;
      for (let output = this.#modem.next(); output !== undefined; output = this.#modem.next()) {
        more = true;
        if (output.kind === "call") {
          this.#server.handle({ kind: output.isUp ? "connected" : "disconnected" }, now);
        } else if (output.kind === "dte") this.#send(output.octets);
        else if (output.kind === "data") this.#server.handle({ kind: "octets", octets: output.octets }, now);
      }
      for (let output = this.#server.next(); output !== undefined; output = this.#server.next()) {
        more = true;
        if (output.kind === "octets") this.#modem.handle({ kind: "data", octets: output.octets }, now);
        else this.#modem.handle({ kind: "callEnded" }, now);
      }
    }
    this.#flush();
  }

  #send(octets: Uint8Array): void {
    if (this.#queued + octets.length > MOST_QUEUED) return;
    this.#queue.push(octets);
    this.#queued += octets.length;
  }

  #flush(): void {
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      let taken: number | "again";
      try {
        taken = this.#host.write(this.#fd, first);
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        this.#queue = [];
        this.#queued = 0;
        return;
      }
      if (taken === "again") return;
      this.#queued -= taken;
      if (taken === first.length) this.#queue.shift();
      else this.#queue[0] = first.subarray(taken);
    }
  }
}
