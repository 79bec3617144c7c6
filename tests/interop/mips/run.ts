/**
 * `make interop-mips`: a whole MIPS machine with 64 MB, Debian's mipsel kernel and the small binary, and Debian's pppd in User
 * Mode Linux as its peer, over the machine's second serial port. See README.md beside this file.
 *
 * @module
 */
import { root } from "../../../ffi/quickjs/build/run.ts";
import { type Lab, runLab } from "./laboratory.ts";
import { machineParts } from "./packages.ts";

const folder = `${root}/tests/interop/mips`;
const DATA_OCTETS = 256 * 1024;
const target = "interop-mips";

async function lab(scratch: string): Promise<Lab> {
  const { kernel, busybox, modules } = await machineParts();
  const data = crypto.getRandomValues(new Uint8Array(65536));
  const all = new Uint8Array(DATA_OCTETS);
  for (let at = 0; at < all.length; at += data.length) all.set(data, at);
  await Deno.writeFile(`${scratch}/share/data`, all);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  const sum = [...digest].map((octet) => octet.toString(16).padStart(2, "0")).join("");
  return {
    target,
    megabytes: 64,
    kernel,
    files: [
      [busybox, "bin/busybox", 0o755],
      [`${modules}/drivers/net/tun.ko`, "tun.ko", 0o644],
      [`${folder}/machine_init.sh`, "init", 0o755],
      [`${root}/dist/uplinkd-mipsel`, "bin/uplinkd", 0o755],
      [`${root}/.cache/quickjs/unit-tests/unit-tests-mipsel`, "bin/unit-tests", 0o755],
    ],
    links: { "bin/pppd": "uplinkd" },
    words: [`SUM=${sum}`],
    peerInit: `${folder}/peer_init.sh`,
    peerWords: [],
    longestMs: 4 * 60_000,
    expected: [
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
    ],
  };
}

await runLab(lab, target);
