import { Echo, type EchoConfiguration } from "../../src/ppp/echo.ts";
import { linkConfiguration } from "../support/link_pair.ts";
import { LinkPlaybook } from "../support/link_playbook.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const LCP = 0xc021;

function watching(echo: EchoConfiguration): LinkPlaybook {
  return new LinkPlaybook(linkConfiguration({ seed: 1, rest: { echo } }));
}

/** Seconds at which Echo-Requests went out and, last, the one at which the link began to end; `each` runs every half second. */
function schedule(link: LinkPlaybook, forMs: number, each: () => void = () => {}): (number | string)[] {
  const seen: (number | string)[] = [];
  for (const until = link.now + forMs; link.now < until && link.ended === undefined;) {
    for (const line of link.take()) {
      if (line.includes("EchoReq")) seen.push(link.now / 1000);
      if (line.includes("Peer not responding")) return [...seen, `lost ${link.now / 1000}`];
    }
    each();
    link.advance(500);
  }
  return seen;
}

test("link asks for an echo as soon as LCP is open, then each interval, and gives up after so many failures", () => {
  const link = watching({ intervalMs: 5000, failures: 2, adaptive: false }).opened().advance(0);
  assertEquals(schedule(link, 60_000), [0, 5, "lost 10"]);
  link.advance(10_000);
  assertEquals(link.ended, "echoLost");
});

test("link numbers its Echo-Requests from 0, apart from its other packets", () => {
  const link = watching({ intervalMs: 1000, failures: 0, adaptive: false }).opened().advance(2500);
  const numbers = link.take().flatMap((line) => /EchoReq id=(\S+)/.exec(line)?.[1] ?? []);
  assertEquals(numbers, ["0x0", "0x1", "0x2"]);
});

test("link stays while its Echo-Requests are answered", () => {
  const link = watching({ intervalMs: 5000, failures: 2, adaptive: false }).running();
  schedule(link, 60_000, () => void link.control(LCP, 10, 0, "aabbccdd"));
  assertEquals(link.ended, undefined);
});

test("link takes an Echo-Reply with its own Magic-Number for no sign of life", () => {
  const link = watching({ intervalMs: 5000, failures: 2, adaptive: false }).opened().advance(0);
  const request = link.sent.findLast((packet) => packet[2] === 9) ?? new Uint8Array(0);
  const ours = [...request.subarray(6, 10)].map((each) => each.toString(16).padStart(2, "0")).join("");
  schedule(link, 60_000, () => void link.control(LCP, 10, 0, ours));
  link.advance(10_000);
  assertEquals(link.ended, "echoLost");
});

test("adaptive Echo asks only when nothing was heard since the last time, and still finds a lost peer", () => {
  const echo = new Echo({ intervalMs: 1000, failures: 2, adaptive: true });
  const actions: string[] = [];
  echo.start(0);
  for (let now = 0; now <= 6000; now += 1000) {
    if (now > 0 && now <= 2000) echo.hear();
    actions.push(echo.expire(now));
  }
  assertEquals(actions, ["request", "nothing", "nothing", "request", "request", "lost", "nothing"]);
});

test("Echo gives up no peer when failures is 0, and asks nothing when the interval is 0", () => {
  const echo = new Echo({ intervalMs: 1000, failures: 0, adaptive: false });
  echo.start(0);
  for (let now = 0; now < 100_000; now += 1000) assertEquals(echo.expire(now), "request");
  const none = new Echo({ intervalMs: 0, failures: 4, adaptive: false });
  none.start(0);
  assert(none.deadline === undefined && none.expire(1e9) === "nothing");
});

test("an open link answers an Echo-Request with its own Magic-Number and the data behind it", () => {
  const link = new LinkPlaybook(linkConfiguration({ seed: 1 })).opened();
  link.take();
  link.control(LCP, 9, 0x42, "aabbccdd0102");
  const [reply = new Uint8Array(0)] = link.sent;
  assertEquals([reply[2], reply[3], [...reply.subarray(10)]], [10, 0x42, [1, 2]]);
});

test("link keeps a peer that has never answered an Echo-Request while data comes, and gives up when none does", () => {
  const link = watching({ intervalMs: 5000, failures: 2, adaptive: false }).running().advance(0);
  assertEquals(schedule(link, 60_000, () => link.link.traffic(link.now, true)).at(-1), 55);
  assert(schedule(link, 60_000).at(-1)?.toString().startsWith("lost") === true);
  const said = link.said.flatMap((each) => each.kind === "note" ? [each.text] : []);
  assert(
    said.includes("The peer never answered one. If it cannot, say lcp-echo-adaptive, or lcp-echo-failure 0"),
  );
});

test("link gives up a peer that has answered once, whatever data comes", () => {
  const link = watching({ intervalMs: 5000, failures: 2, adaptive: false }).running().advance(0);
  link.control(LCP, 10, 0, "aabbccdd");
  assertEquals(schedule(link, 60_000, () => link.link.traffic(link.now, true)).at(-1), "lost 15");
});
