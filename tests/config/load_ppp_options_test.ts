/**
 * Options through every kind of source. What is expected was read off pppd 2.4.9 (`dryrun dump`), run as root.
 *
 * @module
 */
import {
  describePppOptions,
  type LoadedPppOptions,
  loadPppOptions,
} from "../../src/config/load_ppp_options.ts";
import { UsageError } from "../../src/config/ppp_words.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

const devices = new Set(["/dev/ttyS0", "/dev/ttyS1", "/dev/usb/tts0"]);

interface Setting {
  readonly files?: Readonly<Record<string, string>>;
  readonly isRoot?: boolean;
  readonly home?: string;
}

function load(args: string, { files = {}, isRoot = true, home }: Setting = {}): LoadedPppOptions {
  const all = new Map(Object.entries({ "/etc/ppp/options": "", ...files }));
  return loadPppOptions({
    args: args.split(" ").filter((word) => word !== ""),
    readFile: (path) => all.get(path),
    isDevice: (path) => devices.has(path),
    isRoot,
    home,
  });
}

function shown(args: string, setting?: Setting): string[] {
  return describePppOptions(load(args, setting)).slice(1).map((line) =>
    line.replace("\t\t# (from command line)", "")
  );
}

/** Words of the command line, and what pppd says is in effect. */
const dumps: readonly (readonly [args: string, lines: readonly string[]])[] = [
  ["escape 3,1", ["escape 1,3"]],
  ["escape ff,11 escape 13", ["escape 11,13,ff"]],
  ["1.2.3.4:", ["1.2.3.4:"]],
  [":1.2.3.4", [":1.2.3.4"]],
  ["1.2.3.4:5.6.7.8 :9.9.9.9", ["1.2.3.4:9.9.9.9"]],
  ["115200", ["115200"]],
  ["0x1c200", ["115200"]],
  ["maxfail 0 maxfail 3", ["maxfail 3"]],
  ["holdoff 010", ["holdoff 8"]],
  ["mtu 0x200", ["mtu 512"]],
  ["mtu 500 mtu 600", ["mtu 600"]],
  ["xonxoff nocrtscts", ["nocrtscts"]],
  ["crtscts xonxoff", ["xonxoff"]],
  ["set A=1 unset A", ["unset A"]],
  ["set A=1 set B=2", ["set A=1", "set B=2"]],
  ["ms-dns 1.1.1.1 ms-dns 2.2.2.2 ms-dns 3.3.3.3", ["ms-dns 1.1.1.1", "ms-dns 2.2.2.2", "ms-dns 3.3.3.3"]],
  ["asyncmap a0000 asyncmap 0x1", ["asyncmap a0001"]],
  ["default-asyncmap asyncmap 1", ["asyncmap ffffffff"]],
  ["password x user y", ["user y", "password ??????"]],
  ["persist nopersist", ["nopersist"]],
  ["auth noauth", ["noauth"]],
  ["-pap refuse-chap", ["-pap", "refuse-chap"]],
  ["+ipv6", ["+ipv6"]],
  ["-ipv6", ["-ipv6"]],
  ["lcp-echo-adaptive", ["lcp-echo-adaptive"]],
  ["/dev/ttyS0 ttyS1", ["/dev/ttyS1"]],
  ["usb/tts0", ["/dev/usb/tts0"]],
  ["netmask 0xffff0000", ["netmask 255.255.0.0"]],
  ["novj bsdcomp 12", ["novj", "bsdcomp 12"]],
];
for (const [args, lines] of dumps) {
  test(`describePppOptions shows "${args}" as pppd does`, () => {
    assertEquals(shown(args).toSorted(), lines.toSorted());
  });
}

/** Words that pppd refuses, and its words for why. */
const refusals: readonly (readonly [args: string, message: RegExp])[] = [
  ["foo", /unrecognized option 'foo'/],
  ["ttyS9", /ttyS9/],
  ["/etc/passwd", /unrecognized option '\/etc\/passwd'/],
  ["0", /0/],
  ["mtu", /too few parameters for option mtu/],
  ["mtu 10", /mtu/],
  ["mtu 99999", /mtu/],
  ["idle abc", /idle/],
  ["escape 5e", /5e/],
  ["escape 20", /20/],
  ["asyncmap zz", /asyncmap/],
  ["call /x", /call/],
  ["call a/../b", /call/],
  ["call ../../etc/shadow", /call/],
  ["file /nonexist", /Can't open options file \/nonexist/],
  ["set X", /set/],
  ["unset A=1", /unset/],
  ["127.0.0.1:1.2.3.4", /127\.0\.0\.1/],
  ["1.2.3.4:224.0.0.1", /224\.0\.0\.1/],
  ["nosuch.invalid:", /nosuch\.invalid/],
  ["ipv6 ::0", /ipv6/],
  ["stop-bits 3", /stop-bits/],
  ["netmask 1.2", /netmask/],
  ["unit -1", /unit/],
  ["ms-dns foo.invalid", /ms-dns/],
  ["maxconnect -1", /maxconnect/],
  ["defaultroute-metric -2", /defaultroute-metric/],
  ["nodefaultroute defaultroute", /defaultroute/],
  ["vj-max-slots 1", /vj-max-slots/],
  ["bsdcomp 20", /bsdcomp/],
  ["pty x notty", /pty option is incompatible with notty option/],
  ["pty x ttyS0", /pty option precludes specifying device name/],
  ["notty ttyS0", /notty option precludes specifying device name/],
  ["mppe require", /mppe.*required/],
  ["plugin rp-pppoe.so", /plugin/],
];
for (const [args, message] of refusals) {
  test(`loadPppOptions refuses "${args}"`, () => {
    assert(assertThrows(() => load(args), message) instanceof UsageError);
  });
}

test("loadPppOptions lets the command line stand against a file", () => {
  const files = { "/etc/ppp/options": "idle 7 115200 ttyS0" };
  const { options } = load("idle 8 9600 ttyS1", { files });
  assertEquals([options.idleSeconds, options.speed, options.device], [8, 9600, "/dev/ttyS1"]);
});

test("loadPppOptions reads the file of the terminal last, below the command line", () => {
  const files = { "/etc/ppp/options.ttyS0": "idle 9 maxfail 4", "/etc/ppp/options.usb.tts0": "maxfail 6" };
  const { options } = load("ttyS0 idle 3", { files });
  assertEquals([options.idleSeconds, options.maxFail], [3, 4]);
  assertEquals(load("usb/tts0", { files }).options.maxFail, 6);
});

test("loadPppOptions finds the terminal's file when a peer's file names the terminal", () => {
  const files = { "/etc/ppp/peers/isp": "ttyS0 115200", "/etc/ppp/options.ttyS0": "maxfail 4" };
  assertEquals(load("call isp", { files }).options.maxFail, 4);
});

test("loadPppOptions takes the later of the command line and a file that it names", () => {
  const files = { "/etc/ppp/peers/isp": "idle 3" };
  assertEquals(load("idle 4 call isp", { files }).options.idleSeconds, 3);
  assertEquals(load("call isp idle 4", { files }).options.idleSeconds, 4);
});

test("loadPppOptions goes on without an options file that cannot be read, and says so; not without one that was named", () => {
  const loaded = (args: string[]) =>
    loadPppOptions({
      args,
      readFile: () => ({ problem: "Input/output error; look at what dmesg says" }),
      isDevice: () => false,
      isRoot: true,
      home: undefined,
    });
  const told = "Can't open options file /etc/ppp/options: Input/output error; look at what dmesg says";
  assertEquals(loaded(["noauth"]).options.notices, [told]);
  assertThrows(
    () => loaded(["call", "isp"]),
    /Can't open options file \/etc\/ppp\/peers\/isp: Input\/output/,
  );
});

test("loadPppOptions reads ~/.ppprc between the system's file and the command line", () => {
  const files = { "/etc/ppp/options": "idle 1 maxfail 1", "/home/u/.ppprc": "idle 2" };
  const { options } = load("", { files, home: "/home/u" });
  assertEquals([options.idleSeconds, options.maxFail], [2, 1]);
});

test("loadPppOptions keeps privileged options from a user's words and files, and takes them from peers", () => {
  const files = { "/home/u/.ppprc": "noauth", "/etc/ppp/peers/isp": "noauth", "/tmp/x": "noauth" };
  assertThrows(() => load("noauth", { isRoot: false }), /command line: .*noauth.*requires root privilege/);
  assertThrows(
    () => load("", { files, isRoot: false, home: "/home/u" }),
    /\.ppprc: line 1: .*root privilege/,
  );
  assertThrows(() => load("file /tmp/x", { files, isRoot: false }), /\/tmp\/x: line 1: .*root privilege/);
  assertEquals(load("call isp", { files, isRoot: false }).options.auth, false);
});

test("loadPppOptions lets a user give connect and set, as pppd does", () => {
  const { options } = load("connect c set A=1 logfile /tmp/l", { isRoot: false });
  assertEquals([options.connect, options.variables.get("A"), options.logFile], ["c", "1", "/tmp/l"]);
});

test("loadPppOptions keeps what root's file fixed from a user's command line", () => {
  const files = { "/etc/ppp/options": "connect root" };
  assertThrows(() => load("connect mine", { files, isRoot: false }), /connect.*cannot be overridden/);
  assertEquals(load("connect mine", { files }).options.connect, "mine");
});

test("loadPppOptions gives the last two ms-dns, as pppd offers them", () => {
  const { options } = load("ms-dns 1.1.1.1 ms-dns 2.2.2.2 ms-dns 3.3.3.3");
  assertEquals(options.msDns, [0x02020202, 0x03030303]);
});

test("loadPppOptions takes default-asyncmap back no more than pppd does", () => {
  assertEquals(load("default-asyncmap").options.asyncmap, undefined);
  assertEquals(load("noaccomp nopcomp novj nobsdcomp noccp nomppe noipx nomp").options.accomp, false);
});

test("loadPppOptions takes what OpenWrt's scripts pass", () => {
  const { options } = load(
    "nodetach ipparam wan ifname 3g-wan lcp-echo-interval 1 lcp-echo-failure 5 lcp-echo-adaptive +ipv6 set AUTOIPV6=1 " +
      "set PEERDNS=0 nodefaultroute usepeerdns persist maxfail 1 user U password P " +
      "ip-up-script /lib/netifd/ppp-up ipv6-up-script /lib/netifd/ppp6-up ip-down-script /lib/netifd/ppp-down " +
      "ipv6-down-script /lib/netifd/ppp-down mtu 1400 mru 1400 noaccomp nopcomp novj nobsdcomp noauth lock crtscts 115200 ttyS0",
  );
  assertEquals([options.interfaceName, options.device, options.mtu], ["3g-wan", "/dev/ttyS0", 1400]);
  assertEquals(options.scripts.get("ipv6-up"), "/lib/netifd/ppp6-up");
  assertEquals(options.notices, []);
});

test("loadPppOptions names the file and line of a wrong option", () => {
  const files = { "/etc/ppp/peers/isp": "ttyS0\n115200\nmtu 5\n", "/etc/ppp/options": "\n\nfoo" };
  assertThrows(
    () => load("call isp", { files: { ...files, "/etc/ppp/options": "" } }),
    /peers\/isp: line 3: .*mtu/,
  );
  assertThrows(() => load("", { files }), /^\/etc\/ppp\/options: line 3: unrecognized option 'foo'/);
});

test("loadPppOptions stops a file that includes itself (H92)", () => {
  const files = { "/tmp/a": "file /tmp/b", "/tmp/b": "file /tmp/a", "/etc/ppp/peers/x": "call x" };
  for (const args of ["file /tmp/a", "call x"]) {
    assert(assertThrows(() => load(args, { files }), /8 deep/) instanceof UsageError);
  }
  const twice = { "/tmp/a": "file /tmp/b file /tmp/b", "/tmp/b": "idle 3" };
  assertEquals(load("file /tmp/a", { files: twice }).options.idleSeconds, 3);
});

test("loadPppOptions and describePppOptions never show a password", () => {
  const files = { "/etc/ppp/options": "password hunter2 hunter2x" };
  for (const args of [["password", "hunter2", "foo"], ["password", "hunter2", "mtu", "1"]]) {
    const error = assertThrows(() => load(args.join(" ")));
    assert(!error.message.includes("hunter2"));
  }
  assert(!describePppOptions(load("password hunter2")).join().includes("hunter2"));
  assert(!assertThrows(() => load("", { files }), /line 1: .*quote/).message.includes("hunter2"));
});

test("loadPppOptions keeps the terminal's own file from changing the terminal", () => {
  for (const words of ["ttyS1", "pty x", "notty"]) {
    assertThrows(
      () => load("ttyS0", { files: { "/etc/ppp/options.ttyS0": words } }),
      /options\.ttyS0: line 1: .*device/,
    );
  }
});

test("loadPppOptions lets the terminal's file have the last word about mtu, as pppd does", () => {
  assertEquals(load("ttyS0 mtu 800", { files: { "/etc/ppp/options.ttyS0": "mtu 900" } }).options.mtu, 900);
});

test("loadPppOptions keeps a variable that root's file set from a user", () => {
  const files = { "/etc/ppp/options": "set A=root" };
  const { options } = load("set A=mine unset A set B=1", { files, isRoot: false });
  assertEquals([options.variables.get("A"), options.variables.get("B")], ["root", "1"]);
});

test("loadPppOptions takes replacedefaultroute as a trait of defaultroute, not as one", () => {
  const { options } = load("replacedefaultroute");
  assertEquals([options.defaultRoute, options.replaceDefaultRoute], [false, true]);
});

test("loadPppOptions reads VJ's options: on with 16 slots, 2 to 16 of them, slots always named, off", () => {
  const read = (words: string) => load(words).options.vj;
  assertEquals(read(""), { enabled: true, slots: 16, compressSlotId: true });
  assertEquals(read("vj-max-slots 2 novjccomp"), { enabled: true, slots: 2, compressSlotId: false });
  assertEquals(read("-vjccomp").compressSlotId, false);
  for (const off of ["novj", "-vj"]) assertEquals(read(off).enabled, false);
  assertThrows(() => load("vj-max-slots 17"), /from 2 to 16/);
});

test("loadPppOptions reads the windows of Deflate as pppd does: receive, send, and 9 for an 8", () => {
  const deflate = (words: string) => load(words).options.deflate;
  assertEquals(deflate(""), { receive: 15, transmit: 15 });
  assertEquals(deflate("deflate 12"), { receive: 12, transmit: 12 });
  assertEquals(deflate("deflate 0,11"), { receive: 0, transmit: 11 });
  assertEquals(deflate("deflate 8"), { receive: 9, transmit: 9 });
  assertEquals(deflate("deflate 12 nodeflate"), { receive: 0, transmit: 0 });
  assertThrows(() => load("deflate 16"), /0 or 9 to 15/);
});

test("loadPppOptions refuses names that no packet can hold", () => {
  for (const option of ["name", "user", "remotename", "password"]) {
    assertThrows(() => load(`${option} ${"x".repeat(256)}`), /255 octets/);
  }
});

test("loadPppOptions opens 256 files at most", () => {
  const files = {
    "/tmp/a": "file /tmp/b ".repeat(20),
    "/tmp/b": "file /tmp/c ".repeat(20),
    "/tmp/c": "idle 3",
  };
  assertThrows(() => load("file /tmp/a", { files }), /more than 256 option files/);
});

test("loadPppOptions escapes what a wrong word could do to a terminal", () => {
  const error = assertThrows(() => load("a\x1b[31m\nb"));
  assertEquals(error.message, "command line: unrecognized option 'a\\033[31m\\nb'");
});

test("loadPppOptions asks for BSD-Compress after Deflate as pppd does, and for Predictor-1 when told to", () => {
  const methods = (words: string) => {
    const { bsdcomp, predictor1 } = load(words).options;
    return [bsdcomp.receive, bsdcomp.transmit, predictor1.receive, predictor1.transmit];
  };
  assertEquals(methods(""), [15, 15, false, true]);
  assertEquals(methods("bsdcomp 12"), [12, 12, false, true]);
  assertEquals(methods("bsdcomp 0,9"), [0, 9, false, true]);
  assertEquals(methods("bsdcomp 12 nobsdcomp"), [0, 0, false, true]);
  assertEquals(methods("predictor1 -bsdcomp"), [0, 0, true, true]);
  assertEquals(methods("nopredictor1"), [15, 15, false, false]);
  assertThrows(() => load("bsdcomp 8"), /0 or 9 to 15/);
  assertThrows(() => load("bsdcomp 16"), /0 or 9 to 15/);
});

test("loadPppOptions escapes all once default-asyncmap is said, whatever is said behind it", () => {
  for (
    const words of ["default-asyncmap", "default-asyncmap asyncmap 1", "asyncmap 1 default-asyncmap xonxoff"]
  ) {
    assertEquals(load(words).options.asyncmap, undefined, words);
  }
});
