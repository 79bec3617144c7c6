/**
 * `make interop-32`: BSD-Compress in both directions with a kernel of 32 bits, which can restore it as one of 64 bits cannot. The
 * machine has Debian's mipsel kernel and Debian's mipsel pppd; its peer is ours, in User Mode Linux. See README.md beside this file.
 *
 * @module
 */
import { root } from "../../../ffi/quickjs/build/run.ts";
import { type Lab, type MachineFile, runLab } from "./laboratory.ts";
import { machineParts, pppdParts } from "./packages.ts";

const folder = `${root}/tests/interop/mips`;
const target = "interop-32";
const modules = [
  "drivers/net/slip/slhc.ko",
  "drivers/net/ppp/ppp_generic.ko",
  "drivers/net/ppp/ppp_async.ko",
  "drivers/net/ppp/bsd_comp.ko",
];

async function lab(): Promise<Lab> {
  const parts = await machineParts();
  const pppd = await pppdParts();
  const moduleFiles = modules.map((path): MachineFile => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return [`${parts.modules}/${path}`, name, 0o644];
  });
  return {
    target,
    megabytes: 128,
    kernel: parts.kernel,
    files: [
      [parts.busybox, "bin/busybox", 0o755],
      [`${folder}/bsd_machine_init.sh`, "init", 0o755],
      [pppd.program, "bin/pppd", 0o755],
      ...pppd.libraries.map((
        path,
      ): MachineFile => [path, `lib/${path.slice(path.lastIndexOf("/") + 1)}`, 0o755]),
      ...moduleFiles,
    ],
    links: {},
    words: [],
    peerInit: `${folder}/bsd_peer_init.sh`,
    peerWords: [`ROOT=${root}`, `UPLINKD_DENO=${Deno.execPath()}`],
    longestMs: 2 * 60_000,
    expected: ["bsd_transmit_32bit", "bsd_receive_32bit", "bsd_transmit_32bit_9", "bsd_receive_32bit_9"],
  };
}

await runLab(lab, target);
