import { type WorkaroundName, Workarounds, workarounds } from "../../src/ppp/workaround.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const all: readonly WorkaroundName[] = workarounds.map(({ name }) => name);

/** What is tried in turn while each attempt ends so. */
function course(ladder: Workarounds, end: Parameters<Workarounds["failed"]>[0], attempts: number): string[] {
  return Array.from({ length: attempts }, () => {
    const made = ladder.current ?? "plain";
    ladder.failed(end, true, 0);
    return made;
  });
}

test("Workarounds are tried from the top, one at a time, after two attempts as configured", () => {
  assertEquals(course(new Workarounds(all, 2), "networkNotConverged", 10), [
    "plain",
    "plain",
    ...all,
    "plain",
  ]);
});

test("Workarounds leave out what is not usable or has not healed such an end", () => {
  assertEquals(course(new Workarounds(["noCcp", "pap"], 1), "networkNotConverged", 4), [
    "plain",
    "pap",
    "noCcp",
    "plain",
  ]);
  assertEquals(course(new Workarounds(all, 1), "notConverged", 4), [
    "plain",
    "wholeHeaders",
    "escapeAll",
    "plain",
  ]);
  assertEquals(course(new Workarounds(all, 1), "authenticationNoReply", 4), [
    "plain",
    "pap",
    "escapeAll",
    "plain",
  ]);
});

test("Workarounds leave out what is about our name with a peer that does not ask for it", () => {
  const ladder = new Workarounds(all, 1);
  const made = all.map(() => {
    ladder.failed("networkNotConverged", false, 0);
    return ladder.current;
  });
  assertEquals(made, ["windows", "noVj", "noCcp", "wholeHeaders", "escapeAll", undefined, undefined]);
});

test("Workarounds do not begin for any other end, least of all for a refusal of name and password", () => {
  for (
    const end of [
      "authenticationRefused",
      "serverNotGenuine",
      "noReply",
      "peerTerminated",
      "carrierLost",
    ] as const
  ) {
    assertEquals(course(new Workarounds(all, 1), end, 5), Array(5).fill("plain"), end);
  }
  const refused = new Workarounds(all, 2);
  refused.failed("networkNotConverged", true, 0);
  refused.failed("authenticationRefused", true, 0);
  refused.failed("networkNotConverged", true, 0);
  assertEquals(refused.current, undefined);
});

test("Workarounds go on to the next when a try is refused", () => {
  const ladder = new Workarounds(all, 1);
  for (const end of ["networkNotConverged", "networkNotConverged", "authenticationRefused"] as const) {
    ladder.failed(end, true, 0);
  }
  assertEquals(ladder.current, "pap");
});

test("Workarounds keep what helped, say it once, and begin anew when it helps no more", () => {
  const ladder = new Workarounds(all, 2);
  course(ladder, "networkNotConverged", 3);
  assertEquals([ladder.current, ladder.isTrying], ["nobody", true]);
  assert(ladder.cameUp()?.startsWith("What helped: an empty user name and password. ") === true);
  assertEquals([ladder.cameUp(), ladder.current, ladder.isTrying], [undefined, "nobody", false]);
  assertEquals(course(ladder, "networkNotConverged", 3), ["nobody", "nobody", "windows"]);
});

test("Workarounds wait longer before each try, and name what was tried in the end", () => {
  const ladder = new Workarounds(all, 1);
  const waits: number[] = [];
  const lines = all.map(() => {
    const said = ladder.failed("networkNotConverged", true, 0);
    waits.push(ladder.waitMs / 1000);
    return said.join();
  });
  assertEquals(waits, [30, 60, 120, 240, 240, 240, 240]);
  assert(
    lines[0]?.includes("in 30 s: asking for DNS and NBNS servers as Windows does (usepeerdns usepeerwins)"),
  );
  const [last = ""] = ladder.failed("networkNotConverged", true, 0);
  assert(last.startsWith("Tried without success: "), last);
  assert(workarounds.every(({ words }) => last.includes(words)), last);
  assertEquals([ladder.summary(), ladder.waitMs, ladder.isTrying], [undefined, 900_000, false]);
});

test("Workarounds that a run ends in the middle of are named", () => {
  const ladder = new Workarounds(all, 1);
  assertEquals(ladder.summary(), undefined);
  course(ladder, "networkNotConverged", 2);
  assertEquals(ladder.summary(), "Tried without success: asking for DNS and NBNS servers as Windows does");
});

test("Workarounds are tried again after 24 attempts as configured", () => {
  const made = course(new Workarounds(["noCcp"], 1), "networkNotConverged", 27);
  assertEquals(made.flatMap((each, i) => each === "plain" ? [] : [i]), [1, 26]);
});

const HOUR = 3_600_000;

/** When calls go out in six hours, where `attempt` says how long each lasts and whether it comes up. */
function calls(
  attempt: (n: number) => { readonly ms: number; readonly isUp: boolean },
  holdoff: number,
): number[] {
  const ladder = new Workarounds(all, 2);
  const begun: number[] = [];
  let now = 1000;
  while (now < 6 * HOUR) {
    begun.push(now);
    const { ms, isUp } = attempt(begun.length);
    now += ms;
    if (isUp) ladder.cameUp();
    else ladder.failed("networkNotConverged", true, now);
    now += Math.max(holdoff, isUp ? 0 : ladder.waitMs);
  }
  return begun;
}

function inHours(begun: readonly number[]): number[] {
  const [first = 0] = begun;
  return [0, 1, 2, 3, 4, 5].map((hour) =>
    begun.filter((at) => at >= first + hour * HOUR && at < first + (hour + 1) * HOUR).length
  );
}

for (const ms of [0, 3000, 65_000, 180_000, 400_000, 1_000_000]) {
  for (const holdoff of [1000, 30_000]) {
    test(`Workarounds call twelve times in the first hour and four in each later one: attempts of ${ms / 1000} s, holdoff ${holdoff / 1000}`, () => {
      const [first = 0, ...later] = inHours(calls(() => ({ ms, isUp: false }), holdoff));
      assert(first >= 3 && first <= 12, `${first} in the first hour`);
      assert(later.every((each) => each >= 2 && each <= 4), later.join());
    });
  }
}

test("Workarounds keep the pace on a link that comes up for a moment now and then", () => {
  for (const every of [2, 3, 4, 5, 9]) {
    for (const ms of [0, 5000, 100_000, 200_000, 300_000]) {
      const isUp = (n: number) => n % every === 0;
      const begun = calls((n) => ({ ms, isUp: isUp(n) }), 1000);
      const failing = begun.filter((_, i) => !isUp(i + 1));
      const [first = 0, ...later] = inHours(failing);
      assert(first <= 12, `one in ${every} of ${ms} ms: ${first} in the first hour`);
      assert(later.every((each) => each <= 4), `one in ${every} of ${ms} ms: ${later}`);
    }
  }
});

test("Workarounds begin at their quick pace again in a trouble that comes after an hour without one", () => {
  const ladder = new Workarounds(all, 1);
  for (let n = 0; n < 12; n++) ladder.failed("networkNotConverged", true, n * 10_000);
  assert(ladder.waitMs >= 900_000, `${ladder.waitMs} ms`);
  ladder.cameUp();
  ladder.failed("networkNotConverged", true, 110_000 + HOUR + 1);
  assertEquals(ladder.waitMs, 30_000);
});
