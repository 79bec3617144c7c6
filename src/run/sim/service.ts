/**
 * A virtual modem at work: its machine, the terminals that programs open, and what its calls lead to.
 *
 * @module
 */
import { type Fd, type Host, HostError, type Interest, type Millis, type Wakeup } from "../../host.ts";
import { earliest } from "../../machine.ts";
import { Modem, type ModemEvent, type ModemOptions, type ModemOutput } from "../../sim/modem.ts";
import type { CallEndOptions } from "../../sim/script.ts";
import { hostWords } from "../host_words.ts";
import type { Service } from "../loop.ts";
import { Programs } from "../programs.ts";
import { answerCall, type CallEnd } from "./call_end.ts";
import { PtyPort } from "./pty_port.ts";

/** How a virtual modem is run. */
export interface SimOptions {
  readonly modem: ModemOptions;
  readonly call: CallEndOptions;
  /** A symbolic link to the first port; the others get a number behind it. */
  readonly link: string | undefined;
  /** The ports are there, at these paths; again after each time that the modem was off the bus. */
  readonly onPorts: (paths: readonly string[]) => void;
  readonly onEvent: (event: ModemEvent) => void;
}

interface Call {
  readonly end: CallEnd;
  /** The port that it goes over. */
  readonly port: number;
}

/** After a signal, programs get so long to end. */
const LEAVE_WITHIN: Millis = 3000;

/** See the file's head. */
export class SimService implements Service {
  readonly #host: Host;
  readonly #options: SimOptions;
  readonly #modem: Modem;
  readonly #programs: Programs;
  readonly #calls = new Map<number, Call>();
  #ports: PtyPort[] = [];
  #leaveBy: Millis | undefined;
  #isFinished = false;

  constructor(host: Host, options: SimOptions) {
    this.#host = host;
    this.#options = options;
    this.#modem = new Modem(options.modem);
    this.#programs = new Programs(host);
  }

  /** Power on: to be called once before the loop. Throws HostError. */
  start(): void {
    const now = this.#host.clock();
    this.#modem.handle({ kind: "start" }, now);
    this.#drain(now);
  }

  /** See Service. */
  get finished(): boolean {
    return this.#isFinished;
  }

  /** See Service. */
  get deadline(): Millis | undefined {
    return earliest(
      this.#modem.deadline,
      this.#programs.deadline,
      this.#leaveBy,
      ...[...this.#calls.values()].map(({ end }) => end.deadline),
      ...this.#ports.map((port, number) => port.deadline(this.#callsOver(number).length > 0)),
    );
  }

  /** See Service. */
  interests(): readonly Interest[] {
    return [
      ...this.#ports.flatMap((port, number) =>
        port.interests(this.#callsOver(number).every(({ end }) => end.hasRoom))
      ),
      ...[...this.#calls].flatMap(([call, { end, port }]) =>
        end.interests((this.#ports[port]?.hasRoom ?? true) && this.#modem.hasRoom(call))
      ),
    ];
  }

  /** See Service. */
  wake(wakeup: Wakeup, now: Millis): void {
    switch (wakeup.kind) {
      case "signal":
        this.#leave(now);
        return;
      case "exit":
        this.#programs.exited(wakeup.pid, wakeup.status, wakeup.signal, now);
        break;
      case "ready":
        this.#ready(wakeup.fd, now);
    }
    this.#drain(now);
  }

  /** See Service. */
  expire(now: Millis): void {
    this.#programs.expire(now);
    if (this.#leaveBy !== undefined && (this.#programs.count === 0 || now >= this.#leaveBy)) {
      this.#isFinished = true;
      return;
    }
    this.#modem.expire(now);
    for (const { end } of [...this.#calls.values()]) end.expire(now);
    this.#ports.forEach((port, number) => {
      const sight = port.look(now);
      if (sight === "opened") this.#read(port, number, now);
      else if (sight === "hungUp") this.#modem.handle({ kind: "dtrDropped", port: number }, now);
    });
    this.#drain(now);
  }

  /** More than one where channels of a multiplexer are in calls. */
  #callsOver(number: number): Call[] {
    return [...this.#calls.values()].filter(({ port }) => port === number);
  }

  #ready(fd: Fd, now: Millis): void {
    const number = this.#ports.findIndex((port) => port.owns(fd));
    const port = this.#ports[number];
    if (port !== undefined) this.#read(port, number, now);
    else for (const { end } of [...this.#calls.values()]) if (end.owns(fd)) end.ready(now);
  }

  #read(port: PtyPort, number: number, now: Millis): void {
    port.flush();
    const octets = port.read(now);
    if (octets === undefined) return;
    if (octets === "closed") this.#modem.handle({ kind: "dtrDropped", port: number }, now);
    else this.#modem.handle({ kind: "dte", octets, port: number }, now);
  }

  #drain(now: Millis): void {
    for (let output = this.#modem.next(); output !== undefined; output = this.#modem.next()) {
      this.#says(output, now);
    }
    for (const port of this.#ports) port.flush();
  }

  #says(output: ModemOutput, now: Millis): void {
    switch (output.kind) {
      case "dte":
        this.#ports[output.port]?.send(output.octets);
        return;
      case "data":
        this.#calls.get(output.call)?.end.send(output.octets, now);
        return;
      case "call":
        if (output.isUp) this.#answer(output, now);
        else {
          this.#calls.get(output.call)?.end.close(now);
          this.#calls.delete(output.call);
        }
        return;
      case "plugged":
        if (output.isPlugged) this.#plug(now);
        else this.#unplug();
        return;
      case "event":
        this.#options.onEvent(output.event);
    }
  }

  #answer({ call, port, setup }: Extract<ModemOutput, { kind: "call"; isUp: true }>, now: Millis): void {
    const reader = {
      octets: (octets: Uint8Array) => this.#modem.handle({ kind: "data", octets, call }, this.#host.clock()),
      ended: (why: string) => {
        this.#options.onEvent({ name: "call", port, text: why });
        this.#modem.handle({ kind: "callEnded", call }, this.#host.clock());
      },
    };
    try {
      this.#calls.set(call, {
        end: answerCall(this.#host, this.#programs, this.#options.call, setup, reader, now),
        port,
      });
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      reader.ended(`nothing answers the call: ${hostWords(error)}`);
    }
  }

  #plug(now: Millis): void {
    if (this.#leaveBy !== undefined) return;
    const { link } = this.#options;
    try {
      for (let number = 0; number < this.#modem.ports; number++) {
        const name = link === undefined ? undefined : number === 0 ? link : `${link}${number}`;
        this.#ports.push(new PtyPort(this.#host, name, now));
      }
    } catch (error) {
      this.#unplug();
      throw error;
    }
    this.#options.onPorts(this.#ports.map((port) => port.path));
  }

  #unplug(): void {
    for (const port of this.#ports) port.close();
    this.#ports = [];
  }

  #leave(now: Millis): void {
    if (this.#leaveBy !== undefined) return;
    this.#leaveBy = now + LEAVE_WITHIN;
    for (const { end } of this.#calls.values()) end.close(now);
    this.#calls.clear();
    this.#unplug();
  }
}
