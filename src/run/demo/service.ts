/**
 * The demonstration as a service of the loop: a caller and the modem it calls, joined by a pty. Dial, link, pings, hang-up.
 *
 * The caller's end is that of `uplinkd pppd`: the same terminal, framing, link machine, data plane and interface. Nothing outside
 * this file changes this state.
 *
 * @module
 */
import { formatIpv4 } from "../../base/inet.ts";
import { concat, writeUint16 } from "../../base/octets.ts";
import { fromLatin1, printable } from "../../base/text.ts";
import { Chat } from "../../chat/chat.ts";
import type { ChatOutput } from "../../chat/conversation.ts";
import { type Fd, type Host, HostError, type Interest, type Millis, type Wakeup } from "../../host.ts";
import { openPty, openPtySlave } from "../../linux/pty.ts";
import { type SerialPort, takeDescriptor } from "../../linux/serial.ts";
import { earliest } from "../../machine.ts";
import { TunInterface } from "../../plane/tun_interface.ts";
import { TunPlane } from "../../plane/tun_plane.ts";
import { Link } from "../../ppp/link.ts";
import type { Framing, LinkEnd, LinkOutput } from "../../ppp/link_configuration.ts";
import type { NetworkAgreement } from "../../ppp/network.ts";
import { protocolNumber } from "../../ppp/protocol_numbers.ts";
import { plainDevice } from "../../sim/device.ts";
import { plain } from "../../sim/profiles/plain.ts";
import { hostWords } from "../host_words.ts";
import type { Service } from "../loop.ts";
import { Programs } from "../programs.ts";
import { FarEnd } from "./far_end.ts";
import { callerLink, dialScript } from "./near_link.ts";
import { InsidePinger, type Pinger, type PingTally, SystemPinger } from "./pings.ts";

/** The steps in their order; `interface` only with a real one. */
export type DemoStepName = "modem" | "dial" | "lcp" | "authentication" | "ipcp" | "interface" | "ping";

/** A step that is done. */
export interface DemoStep {
  readonly name: DemoStepName;
  readonly detail: string;
  /** Since the start of the demonstration. */
  readonly atMs: Millis;
  /** Since the step before. */
  readonly tookMs: Millis;
}

/** What can be made to go wrong. */
export type DemoFault = "password" | "carrier" | "silence";

/** How the demonstration is run. */
export interface DemoOptions {
  /** Path of ping(8) for a real interface; undefined keeps everything inside the program. */
  readonly systemPing: string | undefined;
  readonly fault: DemoFault | undefined;
  /** Called as each step is done. */
  readonly onStep: (step: DemoStep) => void;
  /** Called with a line for a modem's answer or a note, for those who want to see more. */
  readonly onNote: (text: string) => void;
}

/** Why it failed: the step it was at, and what happened. */
export interface DemoFailure {
  readonly step: DemoStepName | "hangup";
  readonly reason: LinkEnd | "noDial" | "noPing" | "hostFailed" | "timeout" | "interrupted";
  readonly detail: string;
}

const SERVER = 0xc0000201;
const CALLER = 0xc0000202;
const DNS = [0xc0000235, 0xc0000236];
const PINGS = 3;
const WITHIN: Millis = 9000;
const HANG_UP_WITHIN: Millis = 1000;
const USER = "demo";
const SECRET = "correct horse";
const WRONG_SECRET = "battery staple";

/** See the file's head. */
export class DemoService implements Service {
  readonly #host: Host;
  readonly #options: DemoOptions;
  readonly #programs: Programs;
  readonly #startedAt: Millis;
  readonly #master: Fd;
  readonly #port: SerialPort;
  readonly #farEnd: FarEnd;
  readonly #chat = new Chat(dialScript());
  readonly #link: Link;
  readonly #plane: TunPlane;
  readonly #tun: TunInterface | undefined;
  readonly #input = new Uint8Array(4096);
  #phase: "dial" | "link" | "hangup" | "closed" = "dial";
  #step: DemoStepName | "hangup" = "modem";
  #lastStepAt: Millis;
  /** What came behind the last word that was waited for. */
  #speed = "";
  #framing: Framing | undefined;
  #agreement: Extract<NetworkAgreement, { network: "ip" }> | undefined;
  #pinger: Pinger | undefined;
  #tally: PingTally = { sent: 0, roundTripsMs: [] };
  #failure: DemoFailure | undefined;
  #hangUpBy: Millis | undefined;
  #now: Millis;

  /** Make the interface, if asked, then the pty and the modem. Throws HostError; when that is the interface's, nothing stays open. */
  constructor(host: Host, options: DemoOptions) {
    this.#host = host;
    this.#options = options;
    this.#programs = new Programs(host);
    this.#now = this.#startedAt = this.#lastStepAt = host.clock();
    this.#tun = options.systemPing === undefined ? undefined : new TunInterface(host, "ppp%d");
    const pty = openPty(host);
    this.#master = pty.master;
    this.#port = takeDescriptor(host, openPtySlave(host, pty), { local: true });
    this.#farEnd = this.#makeFarEnd();
    const random = (into: Uint8Array) => host.random(into);
    this.#link = new Link(callerLink({ user: USER, secret: SECRET }, this.#seed(), random));
    this.#plane = new TunPlane({
      host,
      lineIn: this.#port.fd,
      lineOut: this.#port.fd,
      tun: this.#tun?.fd,
      escapes: [],
      receiveAll: false,
      mru: 1500,
      onTraffic: (received) => this.#link.traffic(this.#now, received),
      onData: (packet) => {
        if (this.#pinger instanceof InsidePinger) {
          this.#pinger.packet(packet.subarray(2), this.#host.clock());
        }
      },
    });
    this.#done("modem", `a virtual modem waits at ${pty.slavePath}`, "dial");
  }

  /** See Service. */
  get finished(): boolean {
    return this.#phase === "closed";
  }

  /** Why it failed; undefined when it did not. */
  get failure(): DemoFailure | undefined {
    return this.#failure;
  }

  /** Name servers and addresses that were agreed on; undefined when it did not come so far. */
  get agreement(): Extract<NetworkAgreement, { network: "ip" }> | undefined {
    return this.#agreement;
  }

  /** What came of the pings. */
  get tally(): PingTally {
    return this.#tally;
  }

  /** See Service. */
  get deadline(): Millis | undefined {
    return earliest(
      this.#startedAt + WITHIN,
      this.#farEnd.deadline,
      this.#programs.deadline,
      this.#phase === "dial" ? this.#chat.deadline : this.#link.deadline,
      this.#pinger?.deadline,
      this.#hangUpBy,
    );
  }

  /** See Service. */
  interests(): readonly Interest[] {
    if (this.finished) return [];
    const near = this.#phase === "dial"
      ? [{ fd: this.#port.fd, read: true, write: false }]
      : this.#plane.interests();
    return [...this.#farEnd.interests(), ...near, ...this.#pinger?.interests() ?? []];
  }

  /** Begin: to be called once before the loop. */
  start(): void {
    this.#host.catchSignals(["SIGHUP", "SIGINT", "SIGTERM"]);
    this.#chat.handle({ kind: "start" }, this.#now);
    this.#drainChat();
  }

  /** See Service. */
  wake(wakeup: Wakeup, now: Millis): void {
    this.#now = now;
    switch (wakeup.kind) {
      case "signal":
        this.#fail("interrupted", `stopped by ${wakeup.signal}`);
        break;
      case "exit":
        this.#programs.exited(wakeup.pid, wakeup.status, wakeup.signal, now);
        break;
      case "ready":
        this.#ready(wakeup.fd, now);
    }
    this.#checkPings();
  }

  /** See Service. */
  expire(now: Millis): void {
    this.#now = now;
    if (this.finished) return;
    this.#farEnd.expire(now);
    this.#programs.expire(now);
    if (this.#phase === "dial") {
      this.#chat.expire(now);
      this.#drainChat();
    } else {
      this.#link.expire(now);
      this.#drainLink();
    }
    this.#pinger?.expire(now);
    this.#checkPings();
    if (this.#hangUpBy !== undefined && now >= this.#hangUpBy) this.#close();
    if (now >= this.#startedAt + WITHIN) {
      this.#fail("timeout", `nothing more happened within ${WITHIN / 1000} s`);
    }
  }

  #ready(fd: Fd, now: Millis): void {
    if (this.finished) return;
    if (fd === this.#master) this.#farEnd.ready(now);
    else if (this.#phase === "dial" && fd === this.#port.fd) {
      const count = this.#host.read(fd, this.#input);
      if (count === "again") return;
      this.#chat.handle({ kind: "octets", octets: this.#input.subarray(0, count) }, now);
      this.#drainChat();
    } else if (this.#pinger?.interests().some((each) => each.fd === fd) === true) this.#pinger.ready(now);
    else {
      this.#plane.ready(fd, now);
      this.#drainPlane();
    }
  }

  #makeFarEnd(): FarEnd {
    const { fault } = this.#options;
    const device = plainDevice(plain);
    return new FarEnd(this.#host, this.#master, {
      ...device,
      carrier: {
        ...device.carrier,
        operator: "Demonet",
        registration: fault === "carrier" ? "denied" : "home",
      },
    }, {
      name: "demo-server",
      user: USER,
      secret: fault === "password" ? WRONG_SECRET : SECRET,
      address: SERVER,
      peerAddress: CALLER,
      dns: DNS,
      ignoresPings: fault === "silence",
      seed: this.#seed(),
    });
  }

  #seed(): Uint8Array {
    const seed = new Uint8Array(16);
    this.#host.random(seed);
    return seed;
  }

  #done(name: DemoStepName, detail: string, next: DemoStepName): void {
    const now = this.#host.clock();
    this.#options.onStep({
      name,
      detail,
      atMs: now - this.#startedAt,
      tookMs: now - this.#lastStepAt,
    });
    this.#lastStepAt = now;
    this.#step = next;
  }

  #fail(reason: DemoFailure["reason"], detail: string): void {
    if (this.finished) return;
    this.#failure ??= { step: this.#step, reason, detail };
    this.#close();
  }

  #drainChat(): void {
    for (let output = this.#chat.next(); output !== undefined; output = this.#chat.next()) {
      this.#chatSays(output);
    }
  }

  #chatSays(output: ChatOutput): void {
    switch (output.kind) {
      case "send":
        this.#options.onNote(`to the modem:   ${printable(output.octets)}`);
        this.#host.write(this.#port.fd, output.octets);
        this.#chat.handle({ kind: "taken" }, this.#now);
        return;
      case "matched":
        this.#options.onNote(`from the modem: ${printable(output.heard)}`);
        this.#speed = printable(output.heard.filter((octet) => octet > 32));
        return;
      case "ended": {
        const { result } = output;
        if (result.kind === "aborted") {
          this.#fail("noDial", `the modem answered ${printable(fromLatin1(result.by))}`);
        } else if (result.kind === "reached") this.#connected(result.rest);
        else this.#fail("noDial", "the modem did not answer in time");
      }
    }
  }

  #connected(rest: Uint8Array): void {
    this.#done("dial", `ATD*99#, and the modem says CONNECT ${this.#speed}`, "lcp");
    this.#phase = "link";
    this.#link.handle({ kind: "lowerUp" }, this.#now);
    this.#drainLink();
    this.#plane.decoder.feed(rest);
    this.#drainPlane();
  }

  #drainPlane(): void {
    for (let output = this.#plane.next(); output !== undefined; output = this.#plane.next()) {
      if (output.kind === "hangup") {
        this.#link.handle({ kind: "lowerDown", detail: output.detail }, this.#now);
      } else if (output.kind === "interfaceGone") {
        this.#fail("hostFailed", `the interface is gone: ${output.detail}`);
        return;
      } else this.#link.handle(output, this.#now);
      this.#drainLink();
    }
  }

  #drainLink(): void {
    for (let output = this.#link.next(); output !== undefined; output = this.#link.next()) {
      this.#linkSays(output);
    }
  }

  #linkSays(output: LinkOutput): void {
    switch (output.kind) {
      case "packet":
        this.#plane.send(output.packet);
        return;
      case "framing":
        this.#framing = output;
        this.#plane.setFraming(output);
        return;
      case "phase":
        if (output.phase === "authenticate") this.#done("lcp", lcpDetail(this.#framing), "authentication");
        return;
      case "authenticated":
        if (output.who === "us") {
          this.#done("authentication", `MS-CHAPv2: we proved "${USER}", the server proved itself`, "ipcp");
        }
        return;
      case "networkUp":
        if (output.agreement.network === "ip") this.#networkUp(output.agreement);
        return;
      case "networkDown":
        this.#plane.setNetwork(output.network, false);
        return;
      case "ended":
        if (this.#phase === "hangup") this.#close();
        else this.#fail(output.reason, output.detail);
        return;
      case "note":
        this.#options.onNote(output.text);
    }
  }

  #networkUp(agreement: Extract<NetworkAgreement, { network: "ip" }>): void {
    this.#agreement = agreement;
    const { local, remote, dns } = agreement;
    const [address, peer] = [formatIpv4(local), formatIpv4(remote)];
    const tun = this.#tun;
    const detail = `address ${address}, peer ${peer}, DNS ${dns.map(formatIpv4).join(" ")}`;
    this.#done("ipcp", detail, tun === undefined ? "ping" : "interface");
    this.#plane.setNetwork("ip", true);
    const plan = { source: local, destination: remote, count: PINGS };
    const { systemPing } = this.#options;
    if (tun === undefined || systemPing === undefined) {
      this.#pinger = new InsidePinger(plan, this.#host.pid, (packet) => this.#sendData(packet), this.#now);
      return;
    }
    try {
      tun.setMtu(Math.min(1500, this.#framing?.transmit.mru ?? 1500));
      tun.setIpv4(local, remote);
      tun.bringUp();
      this.#done("interface", `${tun.name} is up, in a network namespace of its own`, "ping");
      this.#pinger = new SystemPinger(this.#host, this.#programs, systemPing, plan, this.#now);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#fail("hostFailed", hostWords(error));
    }
  }

  #sendData(ipPacket: Uint8Array): void {
    const protocol = new Uint8Array(2);
    writeUint16(protocol, 0, protocolNumber.ip);
    this.#plane.sendData(concat(protocol, ipPacket));
  }

  #checkPings(): void {
    const pinger = this.#pinger;
    if (pinger === undefined || this.finished) return;
    const before = this.#tally.roundTripsMs.length;
    this.#tally = pinger.tally;
    const [first] = this.#tally.roundTripsMs;
    if (before === 0 && first !== undefined) {
      const who = formatIpv4(this.#agreement?.remote ?? 0);
      this.#done("ping", `${who} answered in ${first.toFixed(2)} ms`, "ping");
    }
    if (!pinger.finished) return;
    this.#pinger = undefined;
    const { sent, roundTripsMs } = this.#tally;
    if (roundTripsMs.length < sent || sent === 0) {
      const said = pinger instanceof SystemPinger ? lastLine(pinger.text) : "";
      const count = `${roundTripsMs.length} of ${sent} pings came back`;
      this.#fail("noPing", said === "" || sent > 0 ? count : `${count}: ${said}`);
      return;
    }
    this.#step = "hangup";
    this.#phase = "hangup";
    this.#hangUpBy = this.#now + HANG_UP_WITHIN;
    this.#link.handle({ kind: "close", reason: "asked", text: "Demonstration over" }, this.#now);
    this.#drainLink();
  }

  /** Let go of everything; the interface goes with its descriptor, the pty with its two. */
  #close(): void {
    if (this.finished) return;
    this.#phase = "closed";
    this.#pinger?.stop(this.#now);
    this.#pinger = undefined;
    this.#tun?.close();
    this.#host.close(this.#port.fd);
    this.#host.close(this.#master);
  }
}

function lcpDetail(framing: Framing | undefined): string {
  if (framing === undefined) return "agreed";
  const { mru, accm, pfc, acfc } = framing.transmit;
  const short = pfc && acfc ? "short headers" : "plain headers";
  return `agreed: MRU ${mru}, ${accm === 0 ? "nothing" : "some"} escaped, ${short}`;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
