/**
 * One connection of `uplinkd pppd`: a link over a line, its interface, and what has to happen outside when a network comes up or
 * goes down. It does what the link machine says; when to connect and what follows is `pppd_service.ts`.
 *
 * @module
 */
import { formatIpv4, formatIpv6, linkLocalAddress } from "../base/inet.ts";
import type { Fd, Interest, Millis } from "../host.ts";
import { TunPlane } from "../plane/tun_plane.ts";
import { LineText } from "../ppp/line_text.ts";
import { earliest } from "../machine.ts";
import { Link } from "../ppp/link.ts";
import type { LinkEnd, LinkOutput, NetworkName } from "../ppp/link_configuration.ts";
import type { NetworkAgreement } from "../ppp/network.ts";
import type { ConnectionParts } from "./connection_parts.ts";
import { type Ipv4Ends, LinkInterface } from "./link_interface.ts";
import type { LinkStatistics } from "./link_statistics.ts";
import { PacketLog } from "./packet_log.ts";
import { openRoundTripFile } from "./round_trip_file.ts";
import { setIpEnvironment } from "./ip_environment.ts";
import { PlaneAgreement } from "./plane_agreement.ts";
import { TrafficLimit } from "./traffic_limit.ts";
import { reportTraffic } from "./traffic_report.ts";

type Ip = Extract<NetworkAgreement, { network: "ip" }>;
type Ipv6 = Extract<NetworkAgreement, { network: "ipv6" }>;

/** See the file's head. */
export class Connection {
  readonly #parts: ConnectionParts;
  readonly #interface: LinkInterface;
  readonly #plane: TunPlane;
  readonly #agreement: PlaneAgreement;
  readonly #link: Link;
  readonly #packetLog: PacketLog;
  readonly #lineText = new LineText();
  readonly #up = new Set<NetworkName>();
  /** What stands; hooks that ran meanwhile may find another one. */
  readonly #agreed: { ip: Ip | undefined; ipv6: Ipv6 | undefined } = { ip: undefined, ipv6: undefined };
  #ended: { reason: LinkEnd; detail: string } | undefined;
  #wasUp = false;
  #wasAsked = false;
  #isDisposed = false;
  readonly #limit: TrafficLimit;
  #upAt: Millis | undefined;
  #now: Millis;

  /** Make the interface and start the link. Throws HostError when the interface cannot be made; nothing stays open then. */
  constructor(parts: ConnectionParts, now: Millis) {
    this.#parts = parts;
    this.#now = now;
    this.#limit = new TrafficLimit(parts.settings.trafficLimit);
    const { host, settings, line, log, debug, files } = parts;
    const roundTrips = openRoundTripFile(host, settings.roundTrips, log);
    this.#packetLog = new PacketLog({ log, debug, showSecrets: settings.showPasswords, roundTrips });
    this.#interface = parts.standby ?? new LinkInterface({ host, settings: settings.interface, log, files });
    try {
      this.#link = this.#makeLink();
      this.#plane = this.#makePlane();
      this.#agreement = new PlaneAgreement({
        plane: this.#plane,
        mostMtu: settings.interface.mtu,
        ourMru: settings.mru,
        setMtu: (octets) => {
          this.#interface.attempt("set the MTU", () => this.#interface.tun.setMtu(octets));
        },
        warn: (text) => log("warning", text),
      });
      parts.hooks.environment.set("IFNAME", this.#interface.name);
      parts.hooks.environment.set("UNIT", String(this.#interface.tun.unit));
      log("notice", `Connect: ${this.#interface.name} <--> ${line.name}`);
      if (parts.standby !== undefined) this.#begin(now);
      else parts.hooks.netInit(this.#hookArguments(), now, (later) => this.#begin(later));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  #makeLink(): Link {
    const { host, settings, log } = this.#parts;
    return new Link(settings.link({
      interfaceName: this.#interface.name,
      unit: this.#interface.tun.unit,
      persistentIdentifier: () => this.#interface.persistentIdentifier(),
      standbyRemote: this.#parts.standby?.ends?.remote,
      refuseLocal: (address) => {
        return this.#interface.isTaken(address) ? "an address of another interface here" : undefined;
      },
      random: (into) => host.random(into),
      warn: (text) => log("warning", text),
    }));
  }

  #makePlane(): TunPlane {
    const { host, settings, line, recording } = this.#parts;
    return new TunPlane({
      host: this.#parts.octets ?? host,
      lineIn: line.input,
      lineOut: line.output,
      tun: this.#interface.tun.fd,
      escapes: settings.escapes,
      receiveAll: settings.receiveAll,
      mru: settings.mru,
      mustEncrypt: settings.mustEncrypt,
      passFilter: settings.passFilter,
      activeFilter: settings.activeFilter,
      onTraffic: (received, isActive) => this.#link.traffic(this.#now, received, isActive),
      onOctets: recording?.octets,
      onInput: (octets) => this.#lineText.feed(octets),
    });
  }

  #begin(now: Millis): void {
    if (this.#isDisposed || this.#ended !== undefined) return;
    this.#now = now;
    this.#link.handle({ kind: "lowerUp" }, now);
    this.#settle(now);
  }

  /** What the hooks that know no addresses yet are called with. */
  #hookArguments(): string[] {
    const { line, settings } = this.#parts;
    return [this.interfaceName, line.name, String(line.speed), settings.ipParameter];
  }

  /** Name of the interface. */
  get interfaceName(): string {
    return this.#interface.name;
  }

  /** Whether a default route leads through it. */
  get hasDefaultRoute(): boolean {
    return this.#interface.hasDefaultRoute;
  }

  /** What it has counted so far. */
  statistics(): LinkStatistics {
    return { headers: this.#plane.headerCounters, ...this.#plane.compressed };
  }

  /** Why it ended; undefined while it lives. */
  get ended(): { readonly reason: LinkEnd; readonly detail: string } | undefined {
    return this.#ended;
  }

  /** Whether a network has been up. */
  get wasUp(): boolean {
    return this.#wasUp;
  }

  /** Whether the peer had us prove who we are. */
  get wasAsked(): boolean {
    return this.#wasAsked || this.#ended?.reason === "authenticationNoReply";
  }

  /** Whether it ended for a failure of this machine, not of the line or the peer. */
  get hasFailed(): boolean {
    return this.#interface.isGone;
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return earliest(this.#link.deadline, this.#limit.deadline);
  }

  /** Descriptors to wait for. */
  interests(): readonly Interest[] {
    return this.#plane.interests();
  }

  /** A descriptor is ready. */
  ready(fd: Fd, now: Millis): void {
    this.#now = now;
    this.#plane.ready(fd, now);
    this.#settle(now);
  }

  /** Act on deadlines. */
  expire(now: Millis): void {
    this.#now = now;
    this.#link.expire(now);
    this.#settle(now);
    const used = this.#limit.expire(now, this.#plane.counters);
    if (used === undefined) return;
    const { most } = this.#parts.settings.trafficLimit;
    this.#parts.log("notice", `Traffic limit reached. Limit: ${most} Used: ${used}`);
    this.close("trafficLimit", "Traffic limit", now);
  }

  /** Take the link down in an orderly way. */
  close(reason: LinkEnd, text: string, now: Millis): void {
    // Where net-init still runs no peer has heard of us.
    if (this.#link.phase === "dead") this.#ended ??= { reason, detail: text };
    this.#link.handle({ kind: "close", reason, text }, now);
    this.#settle(now);
  }

  /** Agree on compression anew (SIGUSR2). */
  renegotiateCompression(now: Millis): void {
    this.#link.handle({ kind: "renegotiateCompression" }, now);
    this.#settle(now);
  }

  /** The carrier went. */
  hangup(detail: string, now: Millis): void {
    this.#link.handle({ kind: "lowerDown", detail }, now);
    this.#settle(now);
  }

  /** Remove the interface and all that depends on it; end the recording. Once: later calls do nothing. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    try {
      this.#parts.recording?.close();
      this.#packetLog.close();
    } finally {
      if (this.#parts.standby === undefined) this.#interface.dispose();
    }
  }

  /**
   * After a fault: tell the peer without waiting for its answer, take the networks down, have their "down" hooks run. `guard`
   * runs each step, so that one that fails does not keep the others from their turn.
   */
  abandon(now: Millis, guard: (step: () => void) => void): void {
    guard(() => this.close("asked", "Internal error", now));
    for (const network of this.#up) guard(() => this.#networkDown(network, now));
    const { hooks } = this.#parts;
    for (const pair of [hooks.ip, hooks.ipv6, hooks.auth]) guard(() => pair.down(now));
    guard(() => this.dispose());
  }

  /** Do all that the link says and tell it all that the plane says: a line may fail while it is written to. */
  #settle(now: Millis): void {
    this.#sayText();
    this.#drain(now);
    for (let output = this.#plane.next(); output !== undefined; output = this.#plane.next()) {
      if (output.kind === "hangup") {
        this.#parts.log("notice", "Modem hangup");
        this.#link.handle({ kind: "lowerDown", detail: output.detail }, now);
      } else if (output.kind === "damaged" || output.kind === "broken") {
        this.#link.handle(output, now);
      } else if (output.kind === "interfaceGone") {
        this.#interface.markGone(output.detail);
        this.#link.handle({ kind: "close", reason: "asked", text: "Interface gone" }, now);
      } else {
        this.#packetLog.write("rcvd", output.packet, this.#wasUp);
        this.#link.handle({ kind: "packet", packet: output.packet }, now);
      }
      this.#drain(now);
    }
  }

  #sayText(): void {
    for (let text = this.#lineText.next(); text !== undefined; text = this.#lineText.next()) {
      this.#parts.log("notice", text);
    }
  }

  #drain(now: Millis): void {
    for (let output = this.#link.next(); output !== undefined; output = this.#link.next()) {
      this.#act(output, now);
    }
  }

  #act(output: LinkOutput, now: Millis): void {
    this.#parts.shown?.(output);
    switch (output.kind) {
      case "packet":
        this.#packetLog.write("sent", output.packet, this.#wasUp);
        this.#plane.send(output.packet);
        return;
      case "framing":
      case "compression":
      case "compressionOpen":
      case "resetCompression":
        this.#agreement.apply(output);
        return;
      case "phase":
        if (output.phase === "authenticate") this.#lineText.framesSeen();
        // LCP begins anew: whoever is there then proves it anew.
        if (output.phase === "establish") this.#parts.hooks.auth.down(now);
        if (output.phase === "network") this.#parts.hooks.netPreUp(this.#hookArguments(), now);
        return;
      case "authenticated":
        if (output.who === "peer") this.#peerProven(output.name, now);
        else this.#wasAsked = true;
        return;
      case "callback":
        this.#parts.hooks.calledBack(output);
        return;
      case "networkUp":
        if (output.agreement.network === "ip") {
          this.#plane.setHeaderCompression(output.agreement.vj);
          this.#ipAgreed(output.agreement, now);
        } else this.#ipv6Agreed(output.agreement, now);
        return;
      case "networkDown":
        this.#networkDown(output.network, now);
        return;
      case "ended":
        this.#parts.hooks.netDown(this.#hookArguments(), now);
        this.#parts.hooks.auth.down(now);
        this.#lineText.finish();
        this.#sayText();
        this.#ended = { reason: output.reason, detail: output.detail };
        return;
      case "note":
        this.#parts.log(output.level, output.text);
    }
  }

  #peerProven(name: Uint8Array, now: Millis): void {
    const { hooks, settings, line } = this.#parts;
    hooks.environment.setPeerName(name);
    hooks.authUp(
      [this.interfaceName, hooks.peerName(name), settings.userName, line.name, String(line.speed)],
      now,
    );
  }

  #ipAgreed(agreement: Ip, now: Millis): void {
    const { hooks, settings, line } = this.#parts;
    const { local, remote } = agreement;
    this.#agreed.ip = agreement;
    setIpEnvironment(hooks.environment, agreement, settings.interface);
    const standby = this.#parts.standby?.ends;
    if (standby !== undefined) this.#tellChange(standby, agreement);
    const isAsBefore = standby?.local === local && standby.remote === remote;
    if (!isAsBefore && !this.#interface.setIpv4({ local, remote })) {
      this.close("networkRefused", "Interface configuration failed", now);
      return;
    }
    const args = [this.interfaceName, line.name, String(line.speed), formatIpv4(local), formatIpv4(remote)];
    args.push(settings.ipParameter);
    if (standby !== undefined) {
      if (!isAsBefore) this.#interface.bringUpIpv4();
      this.#ipIsUp(agreement, args, now);
      return;
    }
    hooks.afterNetPreUp(now, (prepared) => {
      hooks.ipPreUp(args, prepared, (later) => {
        if (this.#agreed.ip === agreement) this.#ipUp(agreement, args, later);
      });
    });
  }

  #ipUp(agreement: Ip, args: readonly string[], now: Millis): void {
    if (this.#interface.bringUpIpv4()) this.#ipIsUp(agreement, args, now);
    else this.close("networkRefused", "Interface configuration failed", now);
  }

  #ipIsUp(agreement: Ip, args: readonly string[], now: Millis): void {
    const { settings, log, files } = this.#parts;
    this.#up.add("ip");
    this.#plane.setNetwork("ip", true);
    for (const packet of this.#parts.waiting?.splice(0) ?? []) this.#plane.sendData(packet);
    const wanted = settings.interface;
    if (wanted.usePeerDns && wanted.writesResolvConf) {
      for (const line of files.writeResolvConf(agreement.dns)) {
        log("warning", line);
      }
    }
    log("notice", `local  IP address ${formatIpv4(agreement.local)}`);
    if (agreement.remote !== 0) log("notice", `remote IP address ${formatIpv4(agreement.remote)}`);
    agreement.dns.forEach((server, i) => {
      log("notice", `${i === 0 ? "primary  " : "secondary"} DNS address ${formatIpv4(server)}`);
    });
    this.#networkIsUp(now);
    this.#parts.hooks.ip.up(args, now);
  }

  #ipv6Agreed(agreement: Ipv6, now: Millis): void {
    this.#agreed.ipv6 = agreement;
    this.#parts.hooks.afterNetPreUp(now, (later) => {
      if (this.#agreed.ipv6 === agreement) this.#ipv6Up(agreement, later);
    });
  }

  #ipv6Up(agreement: Ipv6, now: Millis): void {
    const { settings, log, hooks, line } = this.#parts;
    if (!this.#interface.setIpv6(agreement.local, agreement.remote)) return;
    this.#up.add("ipv6");
    this.#plane.setNetwork("ipv6", true);
    const [local, remote] = [agreement.local, agreement.remote].map((identifier) =>
      formatIpv6(linkLocalAddress(identifier))
    );
    if (local === undefined || remote === undefined) return;
    const hasRemote = agreement.remote.some((octet) => octet !== 0);
    log("notice", `local  LL address ${local}`);
    if (hasRemote) log("notice", `remote LL address ${remote}`);
    hooks.environment.set("LLLOCAL", local);
    hooks.environment.set("LLREMOTE", hasRemote ? remote : undefined);
    this.#networkIsUp(now);
    hooks.ipv6.up(
      [this.interfaceName, line.name, String(line.speed), local, remote, settings.ipParameter],
      now,
    );
  }

  /** With `demand`, of addresses that the peer did not keep. */
  #tellChange(before: Ipv4Ends, { local, remote }: Ip): void {
    const { hooks, log } = this.#parts;
    const isLocal = before.local !== local;
    const isRemote = before.remote !== remote && before.remote !== 0;
    if (isLocal) log("warning", `Local IP address changed to ${formatIpv4(local)}`);
    if (isRemote) log("warning", `Remote IP address changed to ${formatIpv4(remote)}`);
    hooks.environment.set("OLDIPLOCAL", isLocal ? formatIpv4(before.local) : undefined);
    hooks.environment.set("OLDIPREMOTE", isRemote ? formatIpv4(before.remote) : undefined);
  }

  #networkIsUp(now: Millis): void {
    this.#upAt ??= now;
    this.#limit.start(now);
    if (this.#wasUp) return;
    this.#wasUp = true;
    this.#parts.up();
  }

  #networkDown(network: NetworkName, now: Millis): void {
    const { hooks } = this.#parts;
    this.#agreed[network] = undefined;
    this.#up.delete(network);
    const isLast = this.#up.size === 0;
    if (isLast) this.#limit.stop();
    this.#plane.setNetwork(network, false);
    if (this.#upAt !== undefined) {
      reportTraffic(now - this.#upAt, this.#plane.counters, hooks.environment, this.#parts.log, isLast);
    }
    if (isLast) this.#upAt = undefined;
    if (network === "ip") {
      this.#plane.setHeaderCompression(undefined);
      if (this.#parts.standby === undefined) this.#interface.clearIpv4();
      this.#parts.files.removeResolvConf();
      hooks.ip.down(now);
      return;
    }
    this.#interface.clearIpv6();
    hooks.ipv6.down(now);
  }
}
