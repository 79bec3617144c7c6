/**
 * The server behind the virtual modem, called by the link of a caller.
 *
 * @module
 */
import { concat } from "../../src/base/octets.ts";
import { encodeFrame, escapesFor, FrameDecoder } from "../../src/ppp/hdlc.ts";
import { Link } from "../../src/ppp/link.ts";
import type { LinkOutput } from "../../src/ppp/link_configuration.ts";
import { callerLink } from "../../src/run/demo/near_link.ts";
import { emitIcmpEcho, parseIcmpEcho } from "../../src/sim/echo_responder.ts";
import { PppServer } from "../../src/sim/ppp_server.ts";
import { assertEquals, test } from "../support/test.ts";

const IP = Uint8Array.of(0, 0x21);

/** A caller and the server, joined without delay. */
class Call {
  readonly server: PppServer;
  readonly link: Link;
  readonly said: LinkOutput[] = [];
  readonly ended: string[] = [];
  readonly ipPackets: Uint8Array[] = [];
  readonly #decoder = new FrameDecoder({ mostInformation: 1500 });
  #escapes = escapesFor(0xffffffff);

  constructor(secret: string, ignoresPings = false) {
    this.server = new PppServer({
      name: "server",
      user: "caller",
      secret: "right",
      address: 0xc0000201,
      peerAddress: 0xc0000202,
      dns: [0xc0000235],
      ignoresPings,
      seed: new Uint8Array(16).fill(1),
    });
    this.link = new Link(
      callerLink({ user: "caller", secret }, new Uint8Array(16).fill(2), (into) => into.fill(3)),
    );
    this.server.handle({ kind: "connected" }, 0);
    this.link.handle({ kind: "lowerUp" }, 0);
    this.settle();
  }

  send(packet: Uint8Array): void {
    const into = new Uint8Array(2 * packet.length + 16);
    const end = encodeFrame(packet, { escapes: this.#escapes, pfc: false, acfc: false }, into);
    this.server.handle({ kind: "octets", octets: into.subarray(0, end) }, 0);
  }

  settle(): void {
    for (let more = true; more;) {
      more = false;
      for (let output = this.link.next(); output !== undefined; output = this.link.next()) {
        more = true;
        if (output.kind === "packet") this.send(output.packet);
        else this.said.push(output);
        if (output.kind === "framing") {
          this.#escapes = escapesFor(output.transmit.accm);
          this.#decoder.receiveAccm = output.receive.accm;
        }
      }
      for (let output = this.server.next(); output !== undefined; output = this.server.next()) {
        more = true;
        if (output.kind === "ended") this.ended.push(output.reason);
        else this.#receive(output.octets);
      }
    }
  }

  #receive(octets: Uint8Array): void {
    this.#decoder.feed(octets);
    for (let packet = this.#decoder.next(); packet !== undefined; packet = this.#decoder.next()) {
      if (packet[0] === 0 && packet[1] === 0x21) this.ipPackets.push(packet.slice(2));
      else this.link.handle({ kind: "packet", packet }, 0);
    }
  }
}

const ping = emitIcmpEcho({
  kind: "request",
  source: 0xc0000202,
  destination: 0xc0000201,
  identifier: 1,
  sequence: 1,
  data: new Uint8Array(8),
});

test("PppServer gives a caller who proves itself an address and a name server, and answers its pings", () => {
  const call = new Call("right");
  const up = call.said.find((each) => each.kind === "networkUp");
  assertEquals(up, {
    kind: "networkUp",
    agreement: {
      network: "ip",
      local: 0xc0000202,
      remote: 0xc0000201,
      dns: [0xc0000235],
      nbns: [],
      warnings: [],
    },
  });
  call.send(concat(IP, ping));
  call.settle();
  assertEquals(call.ipPackets.map((each) => parseIcmpEcho(each)?.kind), ["reply"]);
});

test("PppServer turns away a caller with the wrong secret", () => {
  const call = new Call("wrong");
  assertEquals(call.said.some((each) => each.kind === "networkUp"), false);
  assertEquals(call.said.find((each) => each.kind === "ended")?.reason, "authenticationRefused");
});

test("PppServer answers no ping when told so, and says when the caller hangs up", () => {
  const call = new Call("right", true);
  call.send(concat(IP, ping));
  call.settle();
  assertEquals(call.ipPackets, []);
  call.link.handle({ kind: "close", reason: "asked", text: "" }, 0);
  call.settle();
  call.server.expire(60_000);
  call.settle();
  assertEquals(call.ended, ["peerTerminated"]);
});
