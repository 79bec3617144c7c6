/**
 * The table of hostile peers, played from outside at a program on a pty: at Debian's pppd and at us. Runs inside the guest; prints
 * where pppd does not do what we do, and fails where we do not do what the table says.
 *
 * `hostile_replay.ts OURS…`: the words that start our program.
 *
 * @module
 */
import { fromHex, toHex } from "../../src/base/octets.ts";
import { encodeFrame, escapesFor, FrameDecoder } from "../../src/ppp/hdlc.ts";
import { printPacket } from "../../src/ppp/print.ts";
import { type HostileRow, hostileRows } from "../vectors/hostile_peers.ts";
import { hostilePhaseRows } from "../vectors/hostile_phases.ts";

const format = { escapes: escapesFor(0xffffffff), pfc: false, acfc: false };
const clientWords = ["noauth", "user", "client", "password", "sesame", "noipdefault"];
const common = ["nodetach", "local", "noipv6", "nodefaultroute"];
const rows = [...hostileRows, ...hostilePhaseRows];

/** pppd's words for the program that is attacked. */
function wordsFor({ words, stage, speaks }: HostileRow): string[] {
  return [
    ...common,
    ...(speaks === "vj" ? [] : ["novj"]),
    ...(speaks === "ccp" ? [] : ["noccp"]),
    ...(stage === "callback" ? ["callback", "5551234"] : []),
    ...(words ?? clientWords),
  ];
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isCharDevice === true;
  } catch {
    return false;
  }
}

/** One end of a pty pair, spoken to in packets. */
class Peer {
  readonly received: Uint8Array[] = [];
  readonly #file: Deno.FsFile;
  /** A second one to write: a read that waits keeps its own file busy. */
  readonly #output: Deno.FsFile;

  constructor(path: string) {
    this.#file = Deno.openSync(path, { read: true, write: true });
    this.#output = Deno.openSync(path, { read: true, write: true });
    void this.#read();
  }

  async #read(): Promise<void> {
    const decoder = new FrameDecoder({ mostInformation: 2000 });
    decoder.receiveAccm = 0;
    const chunk = new Uint8Array(16384);
    try {
      for (;;) {
        const count = await this.#file.read(chunk);
        if (count === null) return;
        decoder.feed(chunk.subarray(0, count));
        for (let packet = decoder.next(); packet !== undefined; packet = decoder.next()) {
          this.received.push(packet.slice());
        }
      }
    } catch {
      return;
    }
  }

  send(packets: readonly Uint8Array[]): void {
    const octets = new Uint8Array(packets.reduce((sum, packet) => sum + 2 * packet.length + 12, 0));
    let end = 0;
    for (const packet of packets) end = encodeFrame(packet, format, octets, end);
    for (let at = 0; at < end;) at += this.#output.writeSync(octets.subarray(at, end));
  }

  /** The first packet from now on that matches; undefined after two seconds. */
  async until(matches: (packet: Uint8Array) => boolean): Promise<Uint8Array | undefined> {
    for (let tries = 0, at = 0; tries < 200; tries++) {
      for (; at < this.received.length; at++) {
        const packet = this.received[at];
        if (packet !== undefined && matches(packet)) return packet;
      }
      await sleep(10);
    }
    return undefined;
  }

  close(): void {
    try {
      this.#output.close();
      this.#file.close();
    } catch { /* it is gone */ }
  }
}

/** What came of one row: the answers in pppd's words, and whether the program ended. */
interface Outcome {
  readonly answers: readonly string[];
  readonly ended: boolean;
}

async function play(row: HostileRow, program: readonly string[], name: string): Promise<Outcome> {
  const [near, far] = [`/run/lab/hostile-${name}-near`, `/run/lab/hostile-${name}-far`];
  for (const path of [near, far]) {
    try {
      Deno.removeSync(path);
    } catch { /* there is none */ }
  }
  const socat = new Deno.Command("socat", {
    args: [`pty,link=${near},raw,echo=0`, `pty,link=${far},raw,echo=0`],
    stderr: "null",
  })
    .spawn();
  for (let tries = 0; !(isThere(near) && isThere(far)) && tries < 500; tries++) await sleep(10);
  const peer = new Peer(far);
  const [path = "", ...first] = program;
  const args = [...first, near, ...wordsFor(row)];
  const child = new Deno.Command(path, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  let ended = false;
  void child.status.then(() => ended = true);
  try {
    if (!await toStage(peer, row)) return { answers: ["(never reached that stage)"], ended };
    const before = peer.received.length;
    const packets = row.send.map(fromHex);
    peer.send(Array.from({ length: row.times ?? 1 }, () => packets).flat());
    for (
      let waited = 0;
      waited < (row.ends === undefined ? 600 : 8000) && !(ended && row.ends !== undefined);
      waited += 50
    ) {
      await sleep(50);
      if (row.id === "H65") acknowledgeLater(peer);
    }
    // Requests that only go out again are no answer.
    const again = row.stage === "ipcp" ? /(LCP|IPCP) ConfReq id=0x1 / : /LCP ConfReq id=0x1 /;
    const answers = peer.received.slice(before).map((packet) => printPacket(packet)).filter((line) =>
      !again.test(line)
    );
    return { answers, ended };
  } finally {
    try {
      child.kill("SIGKILL");
    } catch { /* it ended */ }
    socat.kill("SIGKILL");
    await socat.status;
    await child.status;
    peer.close();
  }
}

/** Go on naking whatever authentication is asked for. */
function acknowledgeLater(peer: Peer): void {
  const request = peer.received[peer.received.length - 1];
  if (request?.[0] !== 0xc0 || request[2] !== 1) return;
  const nak = fromHex(`c02103${toHex(request.subarray(3, 4))}00080304c023`);
  peer.send([nak]);
}

async function toStage(peer: Peer, row: HostileRow): Promise<boolean> {
  const isRequest = (packet: Uint8Array) => packet[0] === 0xc0 && packet[1] === 0x21 && packet[2] === 1;
  const request = await peer.until(isRequest);
  if (request === undefined) return false;
  if (row.stage === "establish") return true;
  const ack = request.slice();
  ack[2] = 2;
  const asks = row.asks === undefined
    ? ""
    : `03${(2 + row.asks.length / 2).toString(16).padStart(2, "0")}${row.asks}`;
  const options = fromHex(`${asks}0506aabbccdd`);
  const ours = fromHex(`c0210101${(4 + options.length).toString(16).padStart(4, "0")}${toHex(options)}`);
  peer.send([ack, ours]);
  const open = await peer.until((packet) => packet[0] === 0xc0 && packet[1] === 0x21 && packet[2] === 2);
  if (row.stage === "ipcp") await peer.until((packet) => packet[0] === 0x80 && packet[1] === 0x21);
  return open !== undefined;
}

/** In words, what is not as the row says; undefined when all is. */
function deviation(row: HostileRow, outcome: Outcome): string | undefined {
  const some = (pattern: RegExp) => outcome.answers.find((each) => pattern.test(each));
  const missing = (row.answers ?? []).find((pattern) => some(pattern) === undefined);
  const shown = outcome.answers.slice(0, 3).join(" ") || "nothing";
  if (missing !== undefined) return `answers ${shown}`;
  for (const pattern of row.never ?? []) {
    const found = some(pattern);
    if (found !== undefined) return `answers ${found}`;
  }
  if (row.most !== undefined && outcome.answers.length > row.most) {
    return `answers ${outcome.answers.length} times`;
  }
  if (row.ends === undefined && outcome.ended) return "ends";
  if (row.ends !== undefined && !outcome.ended) return "goes on";
  return undefined;
}

let failures = 0;
for (const row of rows) {
  const [theirs, mine] = await Promise.all([
    play(row, ["/usr/sbin/pppd"], "pppd"),
    play(row, Deno.args, "ours"),
  ]);
  const [pppd, ours] = [deviation(row, theirs), deviation(row, mine)];
  if (ours !== undefined) {
    failures += 1;
    console.log(`WRONG ${row.id} ${row.what}: ours ${ours}`);
  }
  if (pppd !== undefined) console.log(`DIFFERS | ${row.id} | ${row.what} | ${pppd} |`);
}
console.log(`${rows.length} rows, ${failures} wrong`);
Deno.exit(failures === 0 ? 0 : 1);
