/**
 * Who may call and where secrets are, the limits, the filters, demand: as words come to settings.
 *
 * @module
 */
import { latin1 } from "../../src/base/text.ts";
import { numberAllowed } from "../../src/cli/commands/pppd.ts";
import { loadPppOptions } from "../../src/config/load_ppp_options.ts";
import type { PppOptions } from "../../src/config/ppp_options.ts";
import { assertEquals, assertThrows, test } from "../support/test.ts";

function load(args: readonly string[], files: Readonly<Record<string, string>> = {}): PppOptions {
  const all = new Map(Object.entries({ "/etc/ppp/options": "", ...files }));
  return loadPppOptions({
    args,
    readFile: (path) => all.get(path),
    isDevice: () => false,
    isRoot: true,
    home: undefined,
  }).options;
}

test("+ua gives user and password of a file, against which user and password stand", () => {
  const files = { "/root/login": "near\nopen sesame\n", "/root/half": "near" };
  const read = (...args: string[]) => {
    const { user, password } = load(args, files);
    return [user, latin1(password ?? new Uint8Array(0))];
  };
  assertEquals(read("+ua", "/root/login"), ["near", "open sesame"]);
  assertEquals(read("user", "far", "+ua", "/root/login"), ["far", "open sesame"]);
  for (const path of ["/root/half", "/root/none"]) {
    assertThrows(() => read("+ua", path), /unable to read user login data file/);
  }
});

test("numberAllowed takes a number of the list, or the beginning that ends with a star", () => {
  const allowed = ["+4930123", "+4989*"];
  assertEquals(
    ["+4930123", "+4989777", "+49301234", "+49301", ""].map((each) => numberAllowed(allowed, each)),
    [
      true,
      true,
      false,
      false,
      false,
    ],
  );
  assertEquals(numberAllowed([], ""), true);
  assertEquals(numberAllowed(["*"], ""), true);
});

test("demand is persist unless nopersist follows, and needs something to dial with", () => {
  const dialled = ["demand", "connect", "chat"];
  assertEquals([load(dialled).demand, load(dialled).persist], [true, true]);
  assertEquals(load([...dialled, "nopersist"]).persist, false);
  assertEquals(load([...dialled, "nodemand"]).demand, false);
  assertThrows(() => load(["demand"]), /connect script is required for demand-dialling/);
  assertThrows(() => load(["demand", "notty", "connect", "chat"]), /incompatible with notty/);
});

test("limits by volume are read as pppd reads them", () => {
  assertEquals(load(["maxoctets", "1000", "mo-direction", "in", "mo-timeout", "5"]).maxOctets, {
    most: 1000,
    direction: "in",
    everySeconds: 5,
  });
  assertEquals(load(["mo", "7", "mo-direction", "total"]).maxOctets.direction, "sum");
});

test("what is disabled cannot be enabled by a later word", () => {
  assertThrows(() => load(["noproxyarp", "proxyarp"]), /disabled by noproxyarp/);
  assertThrows(() => load(["nodefaultroute6", "defaultroute6"]), /disabled by nodefaultroute6/);
  assertEquals(load(["proxyarp"]).proxyArp, true);
  assertEquals(load(["defaultroute6-metric", "77"]).defaultRoute6Metric, 77);
});

test("plugin is answered with what to use instead, and passwordfd.so is built in", () => {
  const said = (plugin: string) => assertThrows(() => load(["plugin", plugin])).message;
  const parts: Record<string, RegExp> = {
    "rp-pppoe.so": /option plugin: PPPoE is not done here; .*pppoe -I/,
    "/usr/lib/pppd/2.4.9/pppoe.so": /PPPoE is not done here/,
    "pppol2tp.so": /L2TP is not done here/,
    "radius.so": /chap-secrets/,
    "winbind.so": /chap-secrets/,
    "minconn.so": /a longer idle/,
    "unheard-of.so": /plugins are programs for pppd's memory/,
  };
  for (const [plugin, pattern] of Object.entries(parts)) {
    assertEquals(pattern.test(said(plugin)), true, said(plugin));
  }
  assertEquals(load(["plugin", "passwordfd.so", "passwordfd", "5"]).passwordFd, 5);
});

test("a filter that is wrong ends with its column; secrets files are named by whole paths", () => {
  assertThrows(() => load(["active-filter", "tcp and"]), /option active-filter.*: column 8: expected/);
  assertThrows(() => load(["pap-secrets", "secrets"]), /expected an absolute path/);
  assertEquals(load(["chap-secrets", "/etc/other"]).secretsFiles, { pap: undefined, chap: "/etc/other" });
});
