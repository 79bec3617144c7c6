import type { AuthenticationMethod } from "../../src/ppp/auth/authentication.ts";
import { emitAuthentication, lcpOption, LcpPolicy, parseAuthentication } from "../../src/ppp/lcp.ts";
import type { ConfigurationOption } from "../../src/ppp/packet.ts";
import { fromHex } from "../../src/base/octets.ts";
import { plainLcp } from "../support/link_pair.ts";
import { assert, assertEquals, test } from "../support/test.ts";

function policy(changes: Partial<typeof plainLcp> = {}): LcpPolicy {
  let magic = 0x1000;
  return new LcpPolicy({ ...plainLcp, ...changes }, () => magic++);
}

function option(type: number, hex = ""): ConfigurationOption {
  return { type, data: fromHex(hex) };
}

test("LcpPolicy asks as pppd does: no MRU when it is 1500, then ACCM, Magic-Number, PFC, ACFC", () => {
  assertEquals(policy().request().map((each) => each.type), [2, 5, 7, 8]);
  assertEquals(policy({ mru: 296 }).request()[0], option(1, "0128"));
  assertEquals(policy({ accm: undefined, pfc: false, acfc: false }).request().map((each) => each.type), [5]);
});

test("LcpPolicy naks an MRU below 128 with 128 and takes any larger one (H9, H10)", () => {
  for (const mru of ["0000", "003c", "007f"]) {
    assertEquals(policy().judge([option(1, mru)]), { kind: "nak", options: [option(1, "0080")] });
  }
  const lcp = policy();
  assertEquals(lcp.judge([option(1, "ffff")]), { kind: "ack" });
  assertEquals(lcp.peers.mru, 65535);
});

test("LcpPolicy naks a Magic-Number of zero, and ours, with a fresh one", () => {
  for (const magic of ["00000000", "00001000"]) {
    const judged = policy().judge([option(5, magic)]);
    assert(judged.kind === "nak" && judged.options[0]?.type === 5, magic);
  }
});

test("LcpPolicy counts our own Magic-Number as a sign of a loop, ten for a looped line (H17)", () => {
  const lcp = policy();
  for (let i = 0; i < 10; i++) {
    assert(!lcp.isLoopedBack, `after ${i}`);
    const magic = lcp.request().find((each) => each.type === lcpOption.magicNumber);
    lcp.judge(magic === undefined ? [] : [magic]);
    lcp.nakked([option(5, "12345678")]);
  }
  assert(lcp.isLoopedBack);
});

test("LcpPolicy rejects duplicates, wrong lengths and what it does not know (H4, H8, H20)", () => {
  for (
    const bad of [[option(1, "05")], [option(200, "01")], [option(5, "0102")], [option(7, "00")], [
      option(17, "05dc"),
    ]]
  ) {
    assertEquals(policy().judge(bad), { kind: "reject", options: bad });
  }
  const twice = [option(1, "0400"), option(1, "0300")];
  assertEquals(policy().judge(twice), { kind: "reject", options: [option(1, "0300")] });
});

test("LcpPolicy naks an ACCM without the characters that we must escape", () => {
  const lcp = policy({ transmitAccm: 0x000a0000 });
  assertEquals(lcp.judge([option(2, "00000000")]), { kind: "nak", options: [option(2, "000a0000")] });
  assertEquals(lcp.judge([option(2, "000a0001")]), { kind: "ack" });
});

test("LcpPolicy gives up an option whose value is nakked again and again", () => {
  const lcp = policy({ mru: 296 });
  for (let i = 0; i < 6; i++) lcp.nakked([option(1, (400 + i).toString(16).padStart(4, "0"))]);
  assert(!lcp.request().some((each) => each.type === lcpOption.mru), "it still asks for an MRU");
});

test("LcpPolicy follows no Nak to an MRU below 128", () => {
  const lcp = policy({ mru: 296 });
  lcp.nakked([option(1, "0000")]);
  assertEquals(lcp.request()[0], option(1, "0128"));
});

const methods: readonly AuthenticationMethod[] = ["pap", "chap-md5", "mschap", "mschap-v2", "eap"];

test("parseAuthentication reads what emitAuthentication wrote, and nothing that is cut", () => {
  for (const method of methods) {
    const data = emitAuthentication(method);
    assertEquals(parseAuthentication(data), method);
    assertEquals(parseAuthentication(data.subarray(0, data.length - 1)), undefined);
  }
});

test("LcpPolicy agrees to no method outside what is allowed, whatever the peer asks for", () => {
  for (let allowed = 0; allowed < 32; allowed++) {
    const allow = methods.filter((_, i) => (allowed >> i) & 1);
    for (const asked of methods) {
      const judged = policy({ allow }).judge([
        option(3, [...emitAuthentication(asked)].map((each) => each.toString(16).padStart(2, "0")).join("")),
      ]);
      if (allow.includes(asked)) assertEquals(judged, { kind: "ack" });
      else if (allow.length === 0) assertEquals(judged.kind, "reject");
      else {assertEquals(judged, {
          kind: "nak",
          options: [{ type: 3, data: emitAuthentication(allow[0] ?? "pap") }],
        });}
    }
  }
});

test("LcpPolicy proposes one allowed method after the other to a peer that asks for another one", () => {
  const allow = ["eap", "mschap-v2", "chap-md5"] as const;
  const lcp = policy({ allow });
  const proposed = [1, 2, 3, 4].map(() => {
    const judged = lcp.judge([option(3, "c023")]);
    return judged.kind === "nak"
      ? parseAuthentication(judged.options[0]?.data ?? new Uint8Array(0))
      : judged.kind;
  });
  assertEquals(proposed, [...allow, "eap"]);
});

test("LcpPolicy asks for CHAP next when EAP is rejected, and for nothing when CHAP is", () => {
  const lcp = policy({ require: ["eap", "chap-md5"] });
  assertEquals(lcp.request().find((each) => each.type === 3), option(3, "c227"));
  lcp.rejected([option(3, "c227")]);
  assertEquals([lcp.request().find((each) => each.type === 3), lcp.failure], [
    option(3, "c22305"),
    undefined,
  ]);
  lcp.rejected([option(3, "c22305")]);
  assert(lcp.hasRefusedAuthentication, "it goes on without authentication");
});

test("LcpPolicy goes on without authentication where the peer may refuse it", () => {
  const lcp = policy({ require: ["chap-md5", "pap"], mayRefuse: true });
  lcp.rejected([option(3, "c22305")]);
  assertEquals([lcp.failure, lcp.hasRefusedAuthentication], [undefined, false]);
  assertEquals(lcp.request().find((each) => each.type === 3), undefined);
  lcp.acknowledged();
  assertEquals([lcp.ours.authentication, lcp.failure], [undefined, undefined]);
  lcp.reset();
  assertEquals(lcp.request().find((each) => each.type === 3), option(3, "c22305"), "a new negotiation asks");
});

test("LcpPolicy is moved by Naks and Rejects to no method outside what is required (all orders of three answers)", () => {
  const answers: readonly (AuthenticationMethod | "unknown" | "reject")[] = [...methods, "unknown", "reject"];
  for (let required = 1; required < 32; required++) {
    const require = methods.filter((_, i) => (required >> i) & 1);
    for (let order = 0; order < answers.length ** 3; order++) {
      const lcp = policy({ require });
      for (let step = 0, rest = order; step < 3; step++, rest = Math.floor(rest / answers.length)) {
        const asked = lcp.request().find((each) => each.type === lcpOption.authentication);
        if (asked === undefined) {
          assert(
            lcp.failure !== undefined && lcp.hasRefusedAuthentication,
            "authentication was dropped in silence",
          );
          break;
        }
        const method = parseAuthentication(asked.data);
        assert(method !== undefined && require.includes(method), `asked for ${method}`);
        const answer = answers[rest % answers.length] ?? "reject";
        if (answer === "reject") lcp.rejected([asked]);
        else {lcp.nakked([{
            type: 3,
            data: answer === "unknown" ? fromHex("c229") : emitAuthentication(answer),
          }]);}
      }
    }
  }
});

test("LcpPolicy asks for CBCP between authentication and Magic-Number, and does without where it is refused", () => {
  const lcp = policy({ callback: "caller", require: ["chap-md5"] });
  assertEquals(lcp.request().map((each) => each.type), [2, 3, 13, 5, 7, 8]);
  assertEquals(lcp.request()[2], option(13, "06"));
  lcp.acknowledged();
  assert(lcp.ours.callback, "acknowledged");
  lcp.rejected([option(13, "06")]);
  assertEquals(lcp.request().map((each) => each.type), [2, 3, 5, 7, 8]);
  lcp.acknowledged();
  assert(!lcp.ours.callback, "rejected");
});

test("LcpPolicy takes CBCP where callback is had, and of RFC 1570's operations none", () => {
  for (const operation of ["00", "01353535", "02", "03", "04", "05", "07"]) {
    const asked = [option(13, operation)];
    assertEquals(policy().judge(asked), { kind: "reject", options: asked });
    assertEquals(policy({ callback: "caller" }).judge(asked), { kind: "reject", options: asked });
    assertEquals(policy({ callback: "answerer" }).judge(asked), {
      kind: "nak",
      options: [option(13, "06")],
    });
  }
  for (const callback of ["caller", "answerer"] as const) {
    const lcp = policy({ callback });
    assertEquals(lcp.judge([option(13, "06")]), { kind: "ack" });
    assert(lcp.peers.callback, "agreed");
    assertEquals(lcp.judge([option(13)]), { kind: "reject", options: [option(13)] });
  }
  assertEquals(policy().judge([option(13, "06")]), { kind: "reject", options: [option(13, "06")] });
});
