/**
 * Peers that answer each request at once with whatever comes to their mind, and lines that say anything: the pace stays civil, the
 * link comes up or ends in time, and what is logged is short and printable.
 *
 * @module
 */
import { SeededRandom } from "../../src/base/random.ts";
import { LineText } from "../../src/ppp/line_text.ts";
import {
  code,
  type ConfigurationOption,
  emitOptions,
  parseControlPacket,
  parseOptions,
} from "../../src/ppp/packet.ts";
import { toHex } from "../../src/base/octets.ts";
import { linkConfiguration } from "../support/link_pair.ts";
import { LinkPlaybook } from "../support/link_playbook.ts";
import { assert, test } from "../support/test.ts";

const PEERS = 2000;
const LINES = 20_000;
const IPCP = 0x8021;

/** An answer to a request: of any kind, its options from what was asked, from a few addresses, or made up. */
function answer(random: SeededRandom, asked: readonly ConfigurationOption[]): [number, string] {
  const kind = [code.configureNak, code.configureReject, code.configureAck][random.uint32() % 8 % 3] ??
    code.configureNak;
  if (kind === code.configureAck) return [kind, toHex(emitOptions(asked))];
  const some = asked.filter(() => random.uint32() % 3 === 0);
  if (kind === code.configureReject) return [kind, toHex(emitOptions(random.uint32() % 8 === 0 ? some : []))];
  const addresses = ["00000000", "0a000001", "0a000002", "0a0b0c0d", "0a0b0c0e", "7f000001", "ffffffff"];
  const named = [3, 129, 130, 131, 132].filter(() => random.uint32() % 3 === 0).map((type) => {
    const fresh = random.uint32().toString(16).padStart(8, "0");
    return `${type.toString(16).padStart(2, "0")}06${addresses[random.uint32() % 9] ?? fresh}`;
  });
  return [kind, random.uint32() % 4 === 0 ? "" : named.join("")];
}

test(`link asks ${PEERS} unreasonable peers no more than 50 times for addresses, and is up or over within 75 s`, () => {
  let up = 0;
  for (let seed = 0; seed < PEERS; seed++) {
    const random = new SeededRandom(Uint8Array.of(seed, seed >> 8, 3));
    const link = new LinkPlaybook(linkConfiguration({ seed: 1, ipcp: { wantDns: true } })).opened();
    const own = [undefined, "", "03060a000001", "030600000000"][random.uint32() % 4];
    if (own !== undefined) link.control(IPCP, 1, 1, own);
    let requests = 0;
    for (; link.now < 75_000 && link.ended === undefined && !link.link.carries("ip"); link.advance(100)) {
      for (let packet = link.sent.shift(); packet !== undefined; packet = link.sent.shift()) {
        const parsed = parseControlPacket(packet.subarray(2));
        if (packet[0] !== 0x80 || packet[1] !== 0x21 || parsed.kind === "malformed") continue;
        if (parsed.code === code.configureRequest) {
          requests += 1;
          const [kind, options] = answer(random, parseOptions(parsed.data).options);
          link.control(IPCP, kind, parsed.identifier, options);
        } else if ((parsed.code === 3 || parsed.code === 4) && random.uint32() % 2 === 0) {
          link.control(IPCP, 1, parsed.identifier + 1, "");
        }
      }
    }
    if (link.link.carries("ip")) up += 1;
    else assert(link.ended !== undefined, `peer ${seed}: neither up nor over after 75 s`);
    assert(requests <= 50, `peer ${seed}: ${requests} requests`);
  }
  assert(up > PEERS / 20 && up < PEERS, `${up} of ${PEERS} came up`);
});

test(`LineText says at most nine short printable lines of ${LINES} lines of anything`, () => {
  const random = new SeededRandom(Uint8Array.of(5));
  const words = [
    "NO CARRIER",
    "login: ",
    "\r\n",
    "\x7e",
    "AT",
    "OK\r",
    "\x7d",
    "$ ",
    "hello there",
    "\x00",
    "\xff\x03",
  ];
  for (let line = 0; line < LINES; line++) {
    const text = new LineText();
    const said: string[] = [];
    const pieces = random.uint32() % 12;
    if (random.uint32() % 8 === 0) text.framesSeen();
    for (let piece = 0; piece < pieces; piece++) {
      const word = words[random.uint32() % 22];
      const octets = word === undefined
        ? random.fill(new Uint8Array(random.uint32() % 100))
        : Uint8Array.from(word, (character) => character.charCodeAt(0));
      text.feed(octets);
    }
    text.finish();
    for (let each = text.next(); each !== undefined; each = text.next()) said.push(each);
    assert(said.length <= 9, said.join("\n"));
    assert(said.every((each) => each.length < 170 && /^[\x20-\x7e]*$/.test(each)), said.join("\n"));
  }
});
