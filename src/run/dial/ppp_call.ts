/**
 * The PPP link of a dial over the line of its call, whatever that is; and what of it is told to people.
 *
 * @module
 */
import { formatIpv4, formatIpv6, linkLocalAddress } from "../../base/inet.ts";
import type { Fd, Host, Interest, Level, Millis } from "../../host.ts";
import type { Framing, LinkEnd, LinkOutput } from "../../ppp/link_configuration.ts";
import type { NetworkAgreement } from "../../ppp/network.ts";
import { Connection } from "../connection.ts";
import type { PppdFiles } from "../pppd_files.ts";
import type { Hooks } from "../pppd_hooks.ts";
import type { PppdSettings } from "../pppd_settings.ts";
import type { Recording } from "../recording.ts";
import type { CallLine } from "./call_line.ts";
import type { DialStepName } from "./dial_settings.ts";

/** What a call works with. */
export interface PppCallParts {
  readonly host: Host;
  readonly settings: PppdSettings;
  readonly line: CallLine;
  /** Of the line, for hooks. */
  readonly lineName: string;
  readonly speed: number;
  readonly hooks: Hooks;
  readonly files: PppdFiles;
  readonly recording: Recording | undefined;
  readonly log: (level: Level, text: string) => void;
  readonly step: (name: DialStepName, detail: string, facts: Readonly<Record<string, unknown>>) => void;
}

/** See the file's head. */
export class PppCall {
  readonly #parts: PppCallParts;
  readonly #connection: Connection;
  #framing: Framing | undefined;
  #isEstablished = false;
  #agreements: NetworkAgreement[] = [];

  /** Make the interface and begin. Throws HostError; nothing stays open then. */
  constructor(parts: PppCallParts, now: Millis) {
    this.#parts = parts;
    const { line, lineName: name, speed } = parts;
    this.#connection = new Connection({
      host: parts.host,
      settings: parts.settings,
      line: { input: line.fd, output: line.fd, name, speed },
      octets: line,
      hooks: parts.hooks,
      log: parts.log,
      debug: () => parts.settings.debug,
      files: parts.files,
      recording: parts.recording,
      up: () => this.#isUp(),
      shown: (output) => this.#show(output),
    }, now);
  }

  /** The connection, to close, and to ask about its end. */
  get connection(): Connection {
    return this.#connection;
  }

  /** Name of the interface. */
  get interfaceName(): string {
    return this.#connection.interfaceName;
  }

  /** Why it ended; undefined while it lives. */
  get ended(): { readonly reason: LinkEnd; readonly detail: string } | undefined {
    return this.#connection.ended;
  }

  /** Whether the modem has said that the call is over. */
  get hasLineEnded(): boolean {
    return this.#parts.line.hasEnded;
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return this.#connection.deadline;
  }

  /** Descriptors to wait for; a channel has none. */
  interests(): readonly Interest[] {
    return this.#connection.interests().filter(({ fd }) => fd >= 0);
  }

  /** A descriptor is ready; without one, the call's line is. Throws what no system said. */
  ready(now: Millis, fd: Fd = this.#parts.line.fd): void {
    this.#connection.ready(fd, now);
    // What came behind CONNECT, before the line itself.
    while (this.#parts.line.hasFirst && this.ended === undefined) {
      this.#connection.ready(this.#parts.line.fd, now);
    }
    // The end of the line is read once more: nothing may come any more that says so.
    if (this.#parts.line.hasEnded && this.ended === undefined) {
      this.#connection.ready(this.#parts.line.fd, now);
    }
  }

  #show(output: LinkOutput): void {
    switch (output.kind) {
      case "framing":
        this.#framing = output;
        return;
      case "phase":
        if (output.phase === "authenticate" || output.phase === "network") this.#established();
        return;
      case "authenticated":
        if (output.who === "us") {
          this.#parts.step("authentication", "the network took our name and password", {});
        }
        return;
      case "networkUp": {
        const { agreement } = output;
        this.#agreements.push(agreement);
        const { detail, facts } = agreementWords(agreement);
        this.#parts.step("network layer", detail, facts);
      }
    }
  }

  #established(): void {
    if (this.#isEstablished || this.#framing === undefined) return;
    this.#isEstablished = true;
    const { mru, accm, pfc, acfc } = this.#framing.transmit;
    const header = pfc && acfc ? "short headers" : "plain headers";
    this.#parts.step("lcp", `MRU ${mru}, ${accm === 0 ? "nothing" : "some"} escaped, ${header}`, { mru });
  }

  #isUp(): void {
    const { interface: wanted } = this.#parts.settings;
    const more = [
      this.#connection.hasDefaultRoute ? "with the default route" : "",
      wanted.usePeerDns && wanted.writesResolvConf ? "with its name servers" : "",
    ].filter((each) => each !== "");
    const name = this.interfaceName;
    this.#parts.step("online", [`${name} is up`, ...more].join(", "), { interface: name });
  }
}

function agreementWords(agreement: NetworkAgreement): { detail: string; facts: Record<string, unknown> } {
  if (agreement.network === "ipv6") {
    const address = formatIpv6(linkLocalAddress(agreement.local));
    return { detail: `IPv6 address ${address}`, facts: { network: "ipv6", address } };
  }
  const [address, peer] = [formatIpv4(agreement.local), formatIpv4(agreement.remote)];
  const dns = agreement.dns.map(formatIpv4);
  const names = dns.length === 0 ? "no DNS" : `DNS ${dns.join(" ")}`;
  return {
    detail: `address ${address}${agreement.remote === 0 ? "" : `, peer ${peer}`}, ${names}`,
    facts: { network: "ip", address, peer: agreement.remote === 0 ? undefined : peer, dns },
  };
}
