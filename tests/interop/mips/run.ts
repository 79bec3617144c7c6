/**
 * `make interop-mips`: a whole MIPS machine with 64 MB, Debian's mipsel kernel and the small binary, and Debian's pppd in User
 * Mode Linux as its peer, over the machine's second serial port. See README.md beside this file.
 *
 * @module
 */
import { BuildError, exists, root, run } from "../../../ffi/quickjs/build/run.ts";
import { machineParts } from "./packages.ts";

const folder = `${root}/tests/interop/mips`;
const DATA_OCTETS = 256 * 1024;
const LONGEST_MS = 4 * 60_000;
const packages: Record<string, string> = {
  "/usr/bin/qemu-system-mipsel": "qemu-system-mips",
  "/usr/bin/linux.uml": "user-mode-linux",
  "/usr/sbin/pppd": "ppp",
  "/usr/bin/socat": "socat",
  "/usr/bin/cpio": "cpio",
  "/bin/busybox": "busybox-static",
  "/usr/bin/ping": "iputils-ping",
};
/** All that must be said, so that a machine which ends early does not pass. */
const expected = [
  "link_up",
  "mschap_v2",
  "pings_from_the_machine",
  "pings_from_the_peer",
  "transfer",
  "clean_end",
  "unit_tests_linux/serial",
  "unit_tests_contract/host",
  "unit_tests_linux/pty",
  "unit_tests_linux/failure",
];

/** Pack the machine's files into an initramfs; the path of it. */
async function initramfs(scratch: string, busybox: string, tun: string): Promise<string> {
  const files: [string, string, number][] = [
    [busybox, "bin/busybox", 0o755],
    [tun, "tun.ko", 0o644],
    [`${folder}/machine_init.sh`, "init", 0o755],
    [`${root}/dist/uplinkd-mipsel`, "bin/uplinkd", 0o755],
    [`${root}/.cache/quickjs/unit-tests/unit-tests-mipsel`, "bin/unit-tests", 0o755],
  ];
  const tree = `${scratch}/tree`;
  await Deno.mkdir(`${tree}/bin`, { recursive: true });
  await Deno.mkdir(`${tree}/dev`);
  for (const [from, to, mode] of files) {
    if (!exists(from)) throw new BuildError(`${from} is missing: run make interop-mips, which builds it`);
    await Deno.copyFile(from, `${tree}/${to}`);
    await Deno.chmod(`${tree}/${to}`, mode);
  }
  await Deno.symlink("uplinkd", `${tree}/bin/pppd`);
  await run(["sh", "-c", "find . | cpio -o -H newc --quiet | gzip -1 > ../initramfs"], { cwd: tree });
  return `${scratch}/initramfs`;
}

interface Results {
  readonly passed: Set<string>;
  readonly failed: Set<string>;
}

/** Read a machine's lines: results are taken, what is for people is shown, everything goes to a log. */
async function follow(
  stream: ReadableStream<Uint8Array>,
  log: string,
  results: Results,
  on: (line: string) => void = () => {},
): Promise<void> {
  const began = performance.now();
  const file = await Deno.open(log, { write: true, create: true, truncate: true });
  const encoder = new TextEncoder();
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    rest += text;
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.map((each) => each.replace(/\r$/, ""))) {
      await file.write(encoder.encode(`${line}\n`));
      on(line);
      const [, verdict, name = ""] = /^result: (ok|FAIL) (.*)$/.exec(line) ?? [];
      if (verdict !== undefined) (verdict === "ok" ? results.passed : results.failed).add(name);
      const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5);
      if (/^(console|peer): /.test(line)) console.log(`  ${seconds} s  ${line}`);
      if (verdict !== undefined) console.log(verdict === "ok" ? `ok    ${name}` : `FAIL  ${name}`);
    }
  }
  file.close();
}

/** Start both machines, and wait until both have ended. */
async function play(scratch: string): Promise<Results> {
  const { kernel, busybox, tun } = await machineParts();
  const data = crypto.getRandomValues(new Uint8Array(65536));
  const all = new Uint8Array(DATA_OCTETS);
  for (let at = 0; at < all.length; at += data.length) all.set(data, at);
  await Deno.mkdir(`${scratch}/share`);
  await Deno.writeFile(`${scratch}/share/data`, all);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  const sum = [...digest].map((octet) => octet.toString(16).padStart(2, "0")).join("");
  const results: Results = { passed: new Set(), failed: new Set() };
  const children: Deno.ChildProcess[] = [];
  const start = (argv: readonly string[]) => {
    const [program = "", ...args] = argv;
    const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "null" }).spawn();
    children.push(child);
    return child;
  };
  const stop = () => {
    for (const child of children) {
      try {
        child.kill("SIGKILL");
      } catch { /* it has ended */ }
    }
  };
  const limit = setTimeout(stop, LONGEST_MS);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      stop();
      Deno.removeSync(scratch, { recursive: true });
      Deno.exit(1);
    });
  }
  const machine = start([
    "/usr/bin/qemu-system-mipsel",
    ...[
      "-M",
      "malta",
      "-cpu",
      "24Kc",
      "-m",
      "64",
      "-display",
      "none",
      "-monitor",
      "none",
      "-no-reboot",
      "-nic",
      "none",
      "-vga",
      "none",
    ],
    ...["-serial", "stdio", "-serial", "pty"],
    ...["-kernel", kernel, "-initrd", await initramfs(scratch, busybox, tun)],
    ...["-append", `console=ttyS0 quiet rdinit=/init SUM=${sum}`],
  ]);
  const { promise: port, resolve: found } = Promise.withResolvers<string>();
  const console_ = follow(machine.stdout, `${scratch}/machine.log`, results, (line) => {
    const [, path] = /redirected to (\/dev\/pts\/[0-9]+)/.exec(line) ?? [];
    if (path !== undefined) found(path);
  });
  const path = await Promise.race([port, machine.status.then(() => "")]);
  if (path === "") throw new BuildError("qemu-system-mipsel did not start; it prints why when run by hand");
  const peer = start([
    "/usr/bin/linux.uml",
    ...[
      "mem=256M",
      `umid=uplinkd${Deno.pid}`,
      `uml_dir=${scratch}/uml/`,
      "root=/dev/root",
      "rootfstype=hostfs",
    ],
    ...[
      "rootflags=/",
      "ro",
      "quiet",
      `init=${folder}/peer_init.sh`,
      "con0=null,fd:1",
      "con=null",
      "ssl=null",
    ],
    ...[`ssl0=tty:${path}`, `SHARE=${scratch}/share`],
  ]);
  await Promise.all([console_, follow(peer.stdout, `${scratch}/peer.log`, results)]);
  await Promise.all(children.map((child) => child.status));
  clearTimeout(limit);
  return results;
}

const missing = Object.entries(packages).filter(([path]) => !exists(path)).map(([, name]) => name);
if (missing.length > 0) {
  console.log(`interop-mips: not run: missing packages; apt-get install ${missing.join(" ")}`);
  console.log(Deno.env.get("CI") === undefined ? "0 passed, 0 failed, 1 skipped" : "0 passed, 1 failed");
  Deno.exit(Deno.env.get("CI") === undefined ? 0 : 1);
}
const scratch = await Deno.makeTempDir({ prefix: "uplinkd-mips-" });
try {
  const { passed, failed } = await play(scratch);
  for (const name of expected.filter((each) => !passed.has(each) && !failed.has(each))) {
    console.log(`FAIL  ${name}: the machine ended before it`);
    failed.add(name);
  }
  if (failed.size > 0) console.log(`logs are in ${scratch}`);
  else await Deno.remove(scratch, { recursive: true });
  console.log(`${passed.size} passed, ${failed.size} failed`);
  Deno.exit(failed.size === 0 ? 0 : 1);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  await Deno.remove(scratch, { recursive: true });
  console.log(`interop-mips: ${error.message}\n0 passed, 1 failed`);
  Deno.exit(1);
}
