/**
 * The interface of `uplinkd pppd` with `demand`: up without a link, until a packet is worth dialling for. pppd(8)
 *
 * The packet that asks for the link waits here; those behind it in the interface's own queue, which the kernel bounds.
 *
 * @module
 */
import { formatIpv4 } from "../base/inet.ts";
import { readUint16 } from "../base/octets.ts";
import { type Fd, type Host, HostError, type Level, type Millis } from "../host.ts";
import { protocolNumber } from "../ppp/protocol_numbers.ts";
import { LinkInterface } from "./link_interface.ts";
import type { Pause, Resume } from "./line_scripts.ts";
import { exitStatus } from "./pppd_exit_status.ts";
import type { PppdFiles } from "./pppd_files.ts";
import type { Hooks } from "./pppd_hooks.ts";
import type { DemandSettings, PppdSettings } from "./pppd_settings.ts";

/** What it works with. */
export interface StandbyParts {
  readonly host: Host;
  readonly settings: PppdSettings;
  readonly log: (level: Level, text: string) => void;
  readonly files: PppdFiles;
  readonly hooks: Hooks;
  readonly now: () => Millis;
  /** Whether the program was asked to end. */
  readonly hasQuit: () => boolean;
}

const HOOK_EVERY: Millis = 20;

/** pppd's addresses where none are given, to which the unit is added: 10.64.64.64 here, 10.112.112.112 there. */
const MADE_UP = { local: 0x0a404040, remote: 0x0a707070 } as const;
const LARGEST_PACKET = 65535;
/** Packets that are looked at, or dropped, in one wake-up. */
const MOST_PACKETS = 1000;
const TCP = 6;
const TCP_HEADER_OCTETS = 20;
const FIN = 0x01;

/** See the file's head. */
export class Standby {
  readonly interface: LinkInterface;
  /** Packets that wait for the link, from the Protocol field on. */
  readonly waiting: Uint8Array[] = [];
  readonly #parts: StandbyParts;
  readonly #packet = new Uint8Array(2 + LARGEST_PACKET);

  /** Make the interface. Throws HostError; nothing stays then. */
  constructor(parts: StandbyParts) {
    this.#parts = parts;
    const { host, settings, log, files } = parts;
    this.interface = new LinkInterface({ host, settings: settings.interface, log, files });
  }

  /** Addresses, ip-pre-up, and up; an exit status, 0 when all is well. `lineName` is for the hook. */
  *prepare(demand: DemandSettings, lineName: string): Generator<Pause, number, Resume> {
    this.#parts.files.interfacePid(this.interface.name, this.#parts.settings.linkName);
    if (!this.#setAddresses(demand)) return exitStatus.fatalError;
    yield* this.#preUp(lineName);
    return this.#bringUp() ? exitStatus.ok : exitStatus.fatalError;
  }

  /** Until the link is wanted; an exit status, 0 when it is. What came before is dropped, as it was not. */
  *awaitPacket(): Generator<Pause, number, Resume> {
    this.#discard();
    while (this.waiting.length === 0) {
      if (this.interface.isGone) return exitStatus.fatalError;
      // It may have been asked to end while the hooks ran, before anything waited for a packet.
      if (this.#parts.hasQuit()) return exitStatus.userRequest;
      yield { kind: "packet" };
    }
    if (this.#parts.hasQuit()) return exitStatus.userRequest;
    this.#parts.log("info", "Starting link");
    return exitStatus.ok;
  }

  *#preUp(lineName: string): Generator<Pause, void, Resume> {
    const { hooks, settings, now } = this.#parts;
    const { local, remote } = this.interface.ends ?? { local: 0, remote: 0 };
    const { name } = this.interface;
    hooks.environment.set("IFNAME", name);
    hooks.environment.set("IPLOCAL", formatIpv4(local));
    hooks.environment.set("IPREMOTE", remote === 0 ? undefined : formatIpv4(remote));
    let hasEnded = false;
    hooks.netInit([name, lineName, "0", settings.ipParameter], now(), () => void (hasEnded = true));
    while (!hasEnded) yield { kind: "time", until: now() + HOOK_EVERY };
    hasEnded = false;
    const args = [name, lineName, "0", formatIpv4(local), formatIpv4(remote), settings.ipParameter];
    hooks.ipPreUp(args, now(), () => void (hasEnded = true));
    while (!hasEnded) yield { kind: "time", until: now() + HOOK_EVERY };
  }

  /** Give it its addresses; false, and a line in the log, when that cannot be. */
  #setAddresses(demand: DemandSettings): boolean {
    const { settings } = this.#parts;
    const { unit } = this.interface.tun;
    const local = demand.local || MADE_UP.local + unit;
    const remote = demand.remote || (demand.noRemote ? 0 : MADE_UP.remote + unit);
    this.interface.attempt("set the MTU", () => this.interface.tun.setMtu(settings.interface.mtu));
    return this.interface.setIpv4({ local, remote });
  }

  /** Bring it up; false, and a line in the log, when that cannot be. */
  #bringUp(): boolean {
    const { log } = this.#parts;
    const { local, remote } = this.interface.ends ?? { local: 0, remote: 0 };
    if (!this.interface.bringUpIpv4()) return false;
    log("notice", `local  IP address ${formatIpv4(local)}`);
    if (remote !== 0) log("notice", `remote IP address ${formatIpv4(remote)}`);
    return true;
  }

  /** Descriptor that packets come from. */
  get fd(): Fd {
    return this.interface.tun.fd;
  }

  /** Drop what was sent while there was no link and none was wanted. */
  #discard(): void {
    this.waiting.length = 0;
    for (let count = 0; count < MOST_PACKETS && this.#read() > 0; count++);
  }

  /** Whether a packet came that the link is wanted for; it waits for it then. */
  seesActivity(): boolean {
    const { passFilter, activeFilter } = this.#parts.settings;
    for (let count = 0; count < MOST_PACKETS; count++) {
      const length = this.#read();
      if (length === 0) return false;
      const packet = this.#packet.subarray(0, 2 + length);
      packet[1] = protocolNumber.ip;
      if (!isWorthDialling(packet.subarray(2)) || passFilter?.matches(packet, true) === false) continue;
      if (activeFilter?.matches(packet, true) === false) continue;
      this.waiting.push(packet.slice());
      return true;
    }
    return false;
  }

  /** Octets of the next packet; 0 where there is none, or the interface is gone. */
  #read(): number {
    try {
      const length = this.#parts.host.read(this.fd, this.#packet.subarray(2));
      return length === "again" ? 0 : length;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.interface.markGone(error.message);
      return 0;
    }
  }
}

/**
 * Whether a packet of the interface asks for a link, where no filter says so: of IPv4, no later fragment, and not the mere end of
 * a TCP connection that is long gone. As pppd.
 */
export function isWorthDialling(packet: Uint8Array): boolean {
  const headerOctets = 4 * ((packet[0] ?? 0) & 0xf);
  if ((packet[0] ?? 0) >> 4 !== 4 || packet.length < 20) return false;
  if ((readUint16(packet, 6) & 0x1fff) !== 0) return false;
  if (packet[9] !== TCP) return true;
  if (packet.length < headerOctets + TCP_HEADER_OCTETS) return false;
  const dataAt = headerOctets + 4 * ((packet[headerOctets + 12] ?? 0) >> 4);
  return ((packet[headerOctets + 13] ?? 0) & FIN) === 0 || packet.length !== dataAt;
}
