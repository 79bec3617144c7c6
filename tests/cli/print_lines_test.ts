import { decodeUtf8 } from "../../src/base/text.ts";
import { main } from "../../src/cli/main.ts";
import { HostError } from "../../src/host.ts";
import { machine } from "../support/machine.ts";
import { overriding } from "../support/stub_host.ts";
import { assertEquals, test } from "../support/test.ts";

/** Run `uplinkd version` with a standard output that fails so. */
async function version(failure: HostError | undefined) {
  const said = { out: "", error: "" };
  const host = overriding(machine(), {
    args: ["version"],
    calledAs: "uplinkd",
    write(fd, octets) {
      if (fd === 1 && failure !== undefined) throw failure;
      said[fd === 1 ? "out" : "error"] += decodeUtf8(octets);
      return octets.length;
    },
  });
  return { status: await main(host), ...said };
}

test("uplinkd version that cannot be written is a failure, said on standard error with what to do", async () => {
  const full = new HostError("write", "ENOSPC", 28, "No space left on device");
  const { status, out, error } = await version(full);
  assertEquals([status, out], [1, ""]);
  assertEquals(
    error,
    "uplinkd: standard output: write: No space left on device; free space on that disk\n",
  );
});

test("uplinkd version into a pipe that nobody reads is no failure", async () => {
  assertEquals(await version(new HostError("write", "EPIPE", 32, "Broken pipe")), {
    status: 0,
    out: "",
    error: "",
  });
});

test("uplinkd turns a fault that nobody caught into one line and status 1", async () => {
  let said = "";
  const host = overriding(machine(), {
    args: ["version"],
    calledAs: "uplinkd",
    write: () => {
      throw new TypeError("x is undefined");
    },
    log: (_level, text) => void (said += `${text}\n`),
  });
  assertEquals(await main(host), 1);
  assertEquals(
    said.replace(/\([^()]*:[0-9:]+\)/, "(PLACE)"),
    "A fault of this program, the program ends: TypeError: x is undefined (PLACE); please report this line\n",
  );
});
