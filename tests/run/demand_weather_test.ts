/**
 * `demand` and `proxyarp` in bad weather: whichever system call fails, nothing stays behind.
 *
 * @module
 */
import { type Host, HostError } from "../../src/host.ts";
import { AF } from "../../src/linux/netlink.ts";
import { ipv4SocketAddress } from "../../src/linux/socket_address.ts";
import { failure } from "../support/faulty_host.ts";
import { inNetworkNamespace, run } from "../support/machine.ts";
import type { RunTraits } from "../support/pppd_run.ts";
import { eachInTurn, prepare, words } from "../support/weather.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const DATAGRAM = 2;
/** A run that fails while it dials gets another packet to dial for, so often. */
const MOST_PACKETS = 3;
const codes = ["EIO", "ENOSPC", "ENOMEM", "EACCES", "ENODEV", "EMFILE"];

/** A packet for the far end, where the run waits for one. */
function packets(): RunTraits {
  let sent = 0;
  return {
    dialled: "",
    atRest(host: Host) {
      if (sent++ >= MOST_PACKETS) return false;
      const fd = host.socket(AF.INET, DATAGRAM, 0);
      try {
        host.connect(fd, ipv4SocketAddress(host.platform, 0x0a090001, 9));
        host.write(fd, Uint8Array.of(1));
        return true;
      } catch (error) {
        if (error instanceof HostError) return false;
        throw error;
      } finally {
        host.close(fd);
      }
    },
  };
}

inNetworkNamespace(import.meta.url, () => {
  const options = [...words, ..."demand connect dial proxyarp 10.9.0.2:10.9.0.1 holdoff 1".split(" ")];

  test("pppd with demand leaves nothing behind, whichever of its system calls fails", async () => {
    await prepare();
    await run("ip", "addr", "add", "10.9.0.9/24", "dev", "eth0");
    await eachInTurn(
      (nth) => ({ nth, error: failure(codes[nth % codes.length] ?? "EIO") }),
      ({ lines, struck }, where) => {
        const isForeseen = !lines.some((each) => /fault of this program|The system failed/.test(each));
        assert(isForeseen || struck === "wait " || struck === "random ", where);
      },
      options,
      { programs: 3, traits: packets },
    );
    assertEquals((await run("ip", "neigh", "show", "proxy")).trim(), "");
  });

  test("pppd with demand takes everything down after a fault of its own, wherever it comes", async () => {
    await prepare();
    await eachInTurn(
      (nth) => ({ nth: 4 * nth, error: () => new TypeError("x is undefined") }),
      ({ status, lines }, where) => {
        assertEquals(status, 1, where);
        assertEquals(lines.filter((each) => /fault of this program/.test(each)).length, 1, where);
      },
      options,
      { programs: 3, traits: packets },
    );
    assertEquals((await run("ip", "neigh", "show", "proxy")).trim(), "");
  });
});
