import { encodeUtf8, fromLatin1 } from "../../src/base/text.ts";
import { harmlessName, HookEnvironment, HookPair } from "../../src/run/hooks.ts";
import { Hooks } from "../../src/run/pppd_hooks.ts";
import { Programs } from "../../src/run/programs.ts";
import { FakeHost } from "../support/fake_host.ts";
import { assert, assertEquals, test } from "../support/test.ts";

function pair(withinMs = 60_000) {
  const host = new FakeHost();
  host.files.set("/etc/ppp/ip-up", 0o755);
  host.files.set("/etc/ppp/ip-down", 0o755);
  const programs = new Programs(host.asHost);
  const hooks = new HookPair({
    host: host.asHost,
    programs,
    environment: new HookEnvironment(),
    log: () => {},
    upPath: "/etc/ppp/ip-up",
    downPath: "/etc/ppp/ip-down",
    withinMs,
  });
  const ran = () => host.spawned.map((each) => each.request.argv.join(" "));
  return { host, programs, hooks, ran };
}

test("HookPair runs ip-down only after ip-up has ended, with the same arguments", () => {
  const { programs, hooks, ran } = pair();
  hooks.up(["ppp0", "x"], 0);
  hooks.down(10);
  assertEquals(ran(), ["/etc/ppp/ip-up ppp0 x"]);
  programs.exited(100, 0, undefined, 20);
  assertEquals(ran(), ["/etc/ppp/ip-up ppp0 x", "/etc/ppp/ip-down ppp0 x"]);
});

test("HookPair runs no second ip-up for a link that went down and up while the first ran", () => {
  const { programs, hooks, ran } = pair();
  hooks.up(["ppp0"], 0);
  hooks.down(1);
  hooks.up(["ppp0"], 2);
  programs.exited(100, 0, undefined, 3);
  assertEquals(ran().length, 1);
});

test("HookPair runs ip-down and ip-up again for a link that came back with another address while the first ran", () => {
  const { programs, hooks, ran } = pair();
  hooks.up(["ppp0", "10.0.0.1"], 0);
  hooks.down(1);
  hooks.up(["ppp0", "10.0.0.2"], 2);
  for (const pid of [100, 101, 102]) programs.exited(pid, 0, undefined, pid);
  hooks.down(200);
  const names = [
    "ip-up ppp0 10.0.0.1",
    "ip-down ppp0 10.0.0.1",
    "ip-up ppp0 10.0.0.2",
    "ip-down ppp0 10.0.0.2",
  ];
  assertEquals(ran(), names.map((name) => `/etc/ppp/${name}`));
});

test("HookPair runs no ip-down for a link that never came up, nor a file that cannot be run", () => {
  const { host, hooks, ran } = pair();
  hooks.down(0);
  host.files.set("/etc/ppp/ip-up", 0o644);
  hooks.up(["ppp0"], 1);
  assertEquals(ran(), []);
});

test("Programs ends a hook that hangs, first kindly, then for good", () => {
  const { host, programs, hooks } = pair(1000);
  hooks.up([], 0);
  programs.expire(999);
  assertEquals(host.killed, []);
  programs.expire(1000);
  programs.expire(6000);
  assertEquals(host.killed, [[-100, "SIGTERM"], [-100, "SIGKILL"]]);
});

test("Hooks that nothing waits for take what time they like, the others a minute, which is said", () => {
  const host = new FakeHost();
  const names = ["net-init", "net-pre-up", "net-down", "ip-pre-up", "ip-up", "ip-down", "ipv6-up", "auth-up"];
  for (const name of names) host.files.set(`/${name}`, 0o755);
  const programs = new Programs(host.asHost);
  const said: string[] = [];
  const hooks = new Hooks(host.asHost, programs, {
    netInit: "/net-init",
    netPreUp: "/net-pre-up",
    netDown: "/net-down",
    ipPreUp: "/ip-pre-up",
    ipUp: "/ip-up",
    ipDown: "/ip-down",
    ipv6Up: "/ipv6-up",
    ipv6Down: "/ipv6-down",
    authUp: "/auth-up",
    authDown: "/auth-down",
  }, (level, text) => void (level === "warning" && said.push(text)));
  hooks.ip.up([], 0);
  hooks.ipv6.up([], 0);
  hooks.authUp([], 0);
  hooks.netDown([], 0);
  assertEquals([programs.count, programs.deadline], [4, undefined]);
  let isUp = false;
  hooks.ipPreUp([], 0, () => void (isUp = true));
  assertEquals(programs.deadline, 60_000);
  programs.expire(60_000);
  assertEquals(host.killed, [[-104, "SIGTERM"]]);
  programs.exited(104, 143, undefined, 60_010);
  assertEquals(isUp, true);
  assertEquals(said[0], "Script /ip-pre-up was ended: the link waits for it, and it took 60 s");
});

test("harmlessName leaves nothing that a shell or a path could act on (H64)", () => {
  assertEquals(harmlessName(encodeUtf8("user@isp.example")), "user@isp.example");
  for (
    const bad of [
      "x\n$(id)",
      "`id`",
      "a;b",
      "../../etc/passwd",
      "a b",
      '"',
      "'",
      "\\",
      "\x1b[31m",
      "é".repeat(100),
    ]
  ) {
    assert(/^[A-Za-z0-9@._:+-]{0,64}$/.test(harmlessName(encodeUtf8(bad))), harmlessName(encodeUtf8(bad)));
  }
  assertEquals(harmlessName(fromLatin1("../../a")), ".._.._a");
});

test("HookEnvironment keeps the octets of a name that had to be changed", () => {
  const environment = new HookEnvironment();
  environment.setPeerName(encodeUtf8("$(id)"));
  assertEquals(environment.list(), ["PEERNAME=__id_", "PEERNAME_HEX=2428696429"]);
  environment.setPeerName(encodeUtf8("good"));
  assertEquals(environment.list(), ["PEERNAME=good"]);
});
