/**
 * The interop laboratory: boots User Mode Linux with the host's files as its root (read-only), runs the scenarios in it, prints a
 * line for each and a closing line. See README.md beside this file.
 *
 * @module
 */

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const folder = `${root}/tests/interop/scenarios`;
const underTest = Deno.env.get("PPPD_UNDER_TEST") ?? "";
const GUESTS = 3;
/** A guest that has ended no scenario for so long is stuck: its processor stands still. */
const STUCK = 5 * 60_000;
/** So many failures may be the machine's, which was busy with other things; more are ours. */
const MOST_AGAIN = 4;
const packages: Record<string, string> = {
  "/usr/bin/linux.uml": "user-mode-linux",
  "/usr/sbin/pppd": "ppp",
  "/bin/busybox": "busybox-static",
  "/usr/bin/socat": "socat",
  "/usr/bin/ping": "iputils-ping",
  "/usr/bin/pkill": "procps",
  "/usr/sbin/ip": "iproute2",
  "/usr/bin/tshark": "tshark",
  "/usr/bin/slirp-fullbolt": "slirp",
  "/usr/bin/wvdial": "wvdial",
  "/usr/bin/comgt": "comgt",
  "/usr/sbin/ModemManager": "modemmanager",
  "/usr/bin/dbus-daemon": "dbus",
  "/usr/bin/gdbus": "libglib2.0-bin",
};

/** Words of the scenarios' files that are not scenarios themselves. */
const words = new Set([
  "modem",
  "was_told",
  "dials_by_our_chat",
  "authenticates",
  "refused",
  "both_ways",
  "options_of_peer",
  "eap_both_ways",
  "eap_again",
  "eap_refused",
  "carries",
  "as_client",
  "as_server",
  "transfer",
  "other_route",
  "said",
  "ran",
  "compresses",
  "compresses_as_client",
  "compresses_as_server",
  "same_octets",
  "calls_back",
  "is_to_call",
  "demand_options",
  "proxyarp_of",
  "dialled",
  "demand_fails",
  "identifiers_of",
  "encrypts",
  "encrypts_at_loss",
  "encrypts_as_client",
  "encrypts_as_server",
  "vj",
  "vj_lossy",
  "lossy",
  "vj_as_client",
  "vj_as_server",
  "kernel_counts",
  "bsd_sent_by_the_kernel",
  "compresses_between_us",
  "compresses_at_loss",
  "until_reset",
  "cmux_end",
  "cmux_linux",
  "sim_modem",
  "real_pppd",
  "near_dials",
  "wvdials",
  "managed",
  "our_dial",
  "dial_crossing",
  "line_counts",
  "dial_ended",
  "dial_reads_signal",
  "dial_loses_call",
  "asks_signal",
  "carries_5_mb",
]);

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function allScenarios(): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).toSorted((one, other) =>
    Number(other === "hostile.sh") - Number(one === "hostile.sh") || one.localeCompare(other)
  ).flatMap((name) =>
    [...Deno.readTextFileSync(`${folder}/${name}`).matchAll(/^(\w+)\(\) \{/gm)].map((match) => match[1] ?? "")
  ).filter((name) => !words.has(name));
}

interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly text: string;
}

/** One guest, from boot to power off; its results as they come. */
async function boot(number: number, scenarios: readonly string[], share: string): Promise<Result[]> {
  const child = new Deno.Command("/usr/bin/linux.uml", {
    args: [
      "mem=768M",
      `umid=uplinkd${Deno.pid}n${number}`,
      `uml_dir=${share}/uml/`,
      "root=/dev/root",
      "rootfstype=hostfs",
      "rootflags=/",
      "ro",
      "quiet",
      `init=${root}/tests/interop/guest_init.sh`,
      "con0=null,fd:1",
      "con=null",
      "ssl=null",
      `SHARE=${share}`,
      `ROOT=${root}`,
      `UPLINKD_DENO=${Deno.execPath()}`,
      `SCENARIOS=${scenarios.join(",")}`,
      ...(underTest === "" ? [] : [`PPPD_UNDER_TEST=${underTest.replaceAll(" ", ",")}`]),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const results: Result[] = [];
  let limit = setTimeout(() => child.kill("SIGKILL"), STUCK);
  let rest = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    rest += chunk;
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const match = /result: (ok|FAIL) (\S+) (\S+) ?(.*)/.exec(line);
      if (match === null) continue;
      clearTimeout(limit);
      limit = setTimeout(() => child.kill("SIGKILL"), STUCK);
      const [, verdict, name = "", seconds, why = ""] = match;
      const ok = verdict === "ok";
      results.push({ name, ok, text: why });
      console.log(ok ? `ok    ${name} (${seconds} s)` : `FAIL  ${name} (${seconds} s): ${why}`);
      if (ok) showMeasured(`${share}/${name}/scenario.log`);
      else showLogs(`${share}/${name}`);
    }
  }
  clearTimeout(limit);
  await child.status;
  return results;
}

/** What a scenario measured: `make bench` reads these lines. */
function showMeasured(path: string): void {
  for (const line of exists(path) ? Deno.readTextFileSync(path).split("\n") : []) {
    if (line.startsWith("measured: ")) console.log(line);
  }
}

function showLogs(path: string): void {
  for (const name of ["scenario.log", "near.log", "far.log"]) {
    if (!exists(`${path}/${name}`)) continue;
    const lines = Deno.readTextFileSync(`${path}/${name}`).trimEnd().split("\n").slice(-25);
    console.log(lines.map((line) => `      ${name}: ${line}`).join("\n"));
  }
}

/** What the guest recorded must open in a program that is not ours. */
async function checkRecording(share: string): Promise<Result> {
  const name = "recording_opens_in_tshark";
  const path = `${share}/recording/line.pppdump`;
  if (!exists("/usr/bin/tshark")) {
    return { name, ok: false, text: "tshark is missing: apt-get install tshark" };
  }
  const output = await new Deno.Command("/usr/bin/tshark", { args: ["-r", path], stderr: "piped" }).output();
  const text = new TextDecoder().decode(output.stdout);
  const ok = output.success && /PPP LCP.*Configuration Request/.test(text) && /PPP IPCP/.test(text) &&
    /ICMP/.test(text);
  console.log(
    ok ? `ok    ${name}` : `FAIL  ${name}: ${new TextDecoder().decode(output.stderr)}${text.slice(0, 2000)}`,
  );
  return { name, ok, text };
}

const missing = Object.entries(packages).filter(([path]) => !exists(path)).map(([, name]) => name);
if (missing.length > 0) {
  console.log(`interop: not run: missing packages; apt-get install ${missing.join(" ")}`);
  console.log(Deno.env.get("CI") === undefined ? "0 passed, 0 failed, 1 skipped" : "0 passed, 1 failed");
  Deno.exit(Deno.env.get("CI") === undefined ? 0 : 1);
}

const wanted = Deno.args.length > 0 ? Deno.args : allScenarios();
const share = Deno.makeTempDirSync({ prefix: "uplinkd-interop-" });
const guests = Math.min(GUESTS, wanted.length);
const parts = Array.from({ length: guests }, (_, i) => wanted.filter((_name, at) => at % guests === i));
const results = (await Promise.all(parts.map((part, i) => boot(i, part, share)))).flat();
const lost = wanted.filter((name) => !results.some((result) => result.name === name));
for (const name of lost) console.log(`FAIL  ${name}: the guest ended before it`);
results.push(...lost.map((name) => ({ name, ok: false, text: "" })));

// With guests side by side a program that another maker wrote now and then waits in vain. Alone, once more, it must not.
const failing = results.filter((result) => !result.ok).map((result) => result.name);
const late: string[] = [];
if (failing.length > 0 && failing.length <= MOST_AGAIN) {
  console.log(`\nonce more, with the machine to itself: ${failing.join(" ")}`);
  Deno.mkdirSync(`${share}/again`);
  for (const second of await boot(guests, failing, `${share}/again`)) {
    const first = results.findIndex((result) => result.name === second.name);
    results[first] = second;
    if (second.ok) late.push(second.name);
  }
}
if (wanted.includes("hostile_peers") && exists(`${share}/hostile_peers/replay.log`)) {
  const replay = Deno.readTextFileSync(`${share}/hostile_peers/replay.log`).trimEnd().split("\n");
  console.log("where pppd does something else with a hostile peer than we do:");
  for (const line of replay.filter((each) => each.startsWith("DIFFERS"))) {
    console.log(line.replace("DIFFERS", "     "));
  }
}
if (wanted.includes("recording")) results.push(await checkRecording(share));
const failed = results.filter((result) => !result.ok).length;
console.log(failed === 0 && late.length === 0 ? "" : `logs are in ${share}`);
if (failed === 0 && late.length === 0) Deno.removeSync(share, { recursive: true });
if (late.length > 0) console.log(`at the second try alone: ${late.join(" ")}`);
console.log(`${results.length - failed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
