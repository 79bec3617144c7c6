/**
 * Two machines and a serial line: Debian's mipsel kernel on a Malta board in qemu-system-mipsel, and its peer in User Mode Linux
 * over the board's second serial port. Both print lines `result: ok NAME` or `result: FAIL NAME`, and `console:` or `peer:` what is
 * for people.
 *
 * @module
 */
import { BuildError, exists, run } from "../../../ffi/quickjs/build/run.ts";

const packages: Record<string, string> = {
  "/usr/bin/qemu-system-mipsel": "qemu-system-mips",
  "/usr/bin/linux.uml": "user-mode-linux",
  "/usr/sbin/pppd": "ppp",
  "/usr/bin/socat": "socat",
  "/usr/bin/setsid": "util-linux",
  "/usr/bin/cpio": "cpio",
  "/bin/busybox": "busybox-static",
  "/usr/bin/ping": "iputils-ping",
};

/** A file of the machine: where it comes from, where it goes, its mode. */
export type MachineFile = readonly [from: string, to: string, mode: number];

/** What the two machines are, and what they are to say. */
export interface Lab {
  /** The target of make, for messages. */
  readonly target: string;
  readonly megabytes: number;
  /** The machine's kernel. */
  readonly kernel: string;
  /** What its initramfs holds, `init` among it. */
  readonly files: readonly MachineFile[];
  readonly links: Readonly<Record<string, string>>;
  /** Words for the machine's init, by way of its kernel. */
  readonly words: readonly string[];
  /** The peer's first process, and words for it; `SHARE`, a folder, is added. */
  readonly peerInit: string;
  readonly peerWords: readonly string[];
  readonly longestMs: number;
  /** All that must be said, so that a machine which ends early does not pass. */
  readonly expected: readonly string[];
}

interface Results {
  readonly passed: Set<string>;
  readonly failed: Set<string>;
}

/** Pack the machine's files into an initramfs; the path of it. */
async function initramfs(lab: Lab, scratch: string): Promise<string> {
  const tree = `${scratch}/tree`;
  await Deno.mkdir(`${tree}/dev`, { recursive: true });
  for (const [from, to, mode] of lab.files) {
    if (!exists(from)) throw new BuildError(`${from} is missing: run make ${lab.target}, which builds it`);
    const path = `${tree}/${to}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(from, path);
    await Deno.chmod(path, mode);
  }
  for (const [link, to] of Object.entries(lab.links)) await Deno.symlink(to, `${tree}/${link}`);
  await run(["sh", "-c", "find . | cpio -o -H newc --quiet | gzip -1 > ../initramfs"], { cwd: tree });
  return `${scratch}/initramfs`;
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
async function play(lab: Lab, scratch: string): Promise<Results> {
  const results: Results = { passed: new Set(), failed: new Set() };
  const children: Deno.ChildProcess[] = [];
  const start = (program: string, ...args: readonly string[]) => {
    const command = new Deno.Command("setsid", {
      args: [program, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    });
    const child = command.spawn();
    children.push(child);
    return child;
  };
  // With all that it started: User Mode Linux leaves processes that hold our end of its output.
  const stop = () => {
    for (const { pid } of children) {
      new Deno.Command("kill", { args: ["-KILL", "--", `-${pid}`], stderr: "null" }).outputSync();
    }
  };
  const limit = setTimeout(stop, lab.longestMs);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      stop();
      Deno.removeSync(scratch, { recursive: true });
      Deno.exit(1);
    });
  }
  const board =
    `-M malta -cpu 24Kc -m ${lab.megabytes} -display none -monitor none -no-reboot -nic none -vga none`;
  const machine = start(
    "/usr/bin/qemu-system-mipsel",
    ...`${board} -serial stdio -serial pty`.split(" "),
    ...["-kernel", lab.kernel, "-initrd", await initramfs(lab, scratch)],
    ...["-append", ["console=ttyS0 quiet rdinit=/init", ...lab.words].join(" ")],
  );
  const { promise: port, resolve: found } = Promise.withResolvers<string>();
  const console_ = follow(machine.stdout, `${scratch}/machine.log`, results, (line) => {
    const [, path] = /redirected to (\/dev\/pts\/[0-9]+)/.exec(line) ?? [];
    if (path !== undefined) found(path);
  });
  const path = await Promise.race([port, machine.status.then(() => "")]);
  if (path === "") throw new BuildError("qemu-system-mipsel did not start; it prints why when run by hand");
  const peer = start(
    "/usr/bin/linux.uml",
    ..."mem=256M root=/dev/root rootfstype=hostfs rootflags=/ ro quiet con0=null,fd:1 con=null ssl=null"
      .split(
        " ",
      ),
    ...[`umid=uplinkd${Deno.pid}`, `uml_dir=${scratch}/uml/`, `init=${lab.peerInit}`],
    ...[`ssl0=tty:${path}`, `SHARE=${scratch}/share`, ...lab.peerWords],
  );
  await Promise.all([console_, follow(peer.stdout, `${scratch}/peer.log`, results)]);
  await Promise.all(children.map((child) => child.status));
  clearTimeout(limit);
  return results;
}

/** Play what `make` makes of a folder for this run, and end this program with the count. `share` in the folder is the peer's. */
export async function runLab(make: (scratch: string) => Promise<Lab>, target: string): Promise<never> {
  const missing = Object.entries(packages).filter(([path]) => !exists(path)).map(([, name]) => name);
  if (missing.length > 0) {
    console.log(`${target}: not run: missing packages; apt-get install ${missing.join(" ")}`);
    console.log(Deno.env.get("CI") === undefined ? "0 passed, 0 failed, 1 skipped" : "0 passed, 1 failed");
    Deno.exit(Deno.env.get("CI") === undefined ? 0 : 1);
  }
  const scratch = await Deno.makeTempDir({ prefix: `uplinkd-${target}-` });
  await Deno.mkdir(`${scratch}/share`);
  try {
    const lab = await make(scratch);
    const { passed, failed } = await play(lab, scratch);
    for (const name of lab.expected.filter((each) => !passed.has(each) && !failed.has(each))) {
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
    console.log(`${target}: ${error.message}\n0 passed, 1 failed`);
    Deno.exit(1);
  }
}
