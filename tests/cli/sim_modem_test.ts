/**
 * `uplinkd sim modem` as a person calls it.
 *
 * @module
 */
import { decodeUtf8, encodeUtf8 } from "../../src/base/text.ts";
import { type Host, HostError } from "../../src/host.ts";
import { abiOf } from "../../src/linux/abi.ts";
import { machine, program, runToEnd, withScratch } from "../support/machine.ts";
import { assert, assertEquals, kernelTest } from "../support/test.ts";

async function sim(...words: string[]): Promise<[number | undefined, string, string]> {
  const { status, out, error } = await runToEnd([...program, "sim", ...words]);
  return [status, out, error];
}

function writeFile(host: Host, path: string, text: string): void {
  const { open } = abiOf(host.platform);
  const fd = host.open(path, open.writeOnly | open.create, 0o600);
  host.write(fd, encodeUtf8(text));
  host.close(fd);
}

kernelTest("uplinkd sim modem lists its profiles, and helps", async () => {
  const [status, out] = await sim("modem", "--list");
  assertEquals(status, 0);
  for (const name of ["plain", "huawei-e398", "quectel-ec25", "simcom-sim7600", "ublox-toby-l2"]) {
    assert(out.includes(name), out);
  }
  assertEquals((await sim("modem", "--help"))[0], 0);
  assertEquals((await sim("--help"))[0], 0);
});

kernelTest("uplinkd sim modem turns wrong words away with status 2 and one line", async () => {
  await withScratch(async (folder) => {
    writeFile(machine(), `${folder}/wrong.toml`, "[sim]\npin = 1234\n");
    const wrong: [string[], RegExp][] = [
      [["modem", "--colour"], /unknown word "--colour"; try: uplinkd sim modem --help/],
      [["modem", "--profile"], /--profile: a value is missing/],
      [["modem", "--profile", "nokia"], /--profile: expected plain, .*, got "nokia"/],
      [["modem", "--ports", "9"], /--ports: expected 1 to 8/],
      [["modem", "--pipe", "cat", "--pppd"], /--pppd and --pipe: a call has one end/],
      [["modem", "--pin", "12"], /--pin: expected 4 to 8 digits/],
      [["modem", "--script", `${folder}/none.toml`], /--script: there is no file ".*none\.toml"/],
      [
        ["modem", "--script", `${folder}/wrong.toml`],
        /wrong\.toml: sim\.pin: expected 4 to 8 digits in quotes, got 1234/,
      ],
      [["fridge"], /unknown device "fridge"; try: uplinkd sim --help/],
    ];
    for (const [words, matching] of wrong) {
      const [status, out, error] = await sim(...words);
      assertEquals([status, out, error.trim().split("\n").length], [2, "", 1], words.join(" "));
      assert(matching.test(error), error);
    }
  });
});

kernelTest(
  "uplinkd sim modem --json says where its ports are, ends with 0 at SIGTERM, and leaves no link",
  async () => {
    await withScratch(async (folder) => {
      const host = machine();
      const [out, outWrites] = host.pipe();
      host.setNonBlocking(outWrites, false);
      const pid = host.spawn({
        argv: [
          "/usr/bin/env",
          ...program,
          "sim",
          "modem",
          "--json",
          "--link",
          `${folder}/modem`,
          "--profile",
          "quectel-ec25",
        ],
        environment: host.environment(),
        descriptors: [undefined, outWrites, 2],
      });
      host.close(outWrites);
      let said = "";
      let status: number | undefined | "running" = "running";
      const chunk = new Uint8Array(4096);
      while (status === "running") {
        for (
          const wakeup of await host.wait([{ fd: out, read: true, write: false }], host.clock() + 10_000)
        ) {
          if (wakeup.kind === "exit" && wakeup.pid === pid) status = wakeup.status;
          if (wakeup.kind !== "ready") continue;
          const count = host.read(out, chunk);
          const before = said;
          if (count !== "again") said += decodeUtf8(chunk.subarray(0, count));
          if (!before.includes("\n") && said.includes("\n")) {
            const [first = ""] = said.split("\n");
            const object = JSON.parse(first);
            assertEquals([object.schema, object.event, object.profile, object.paths.length], [
              1,
              "ports",
              "quectel-ec25",
              2,
            ]);
            assertEquals(host.readLink(`${folder}/modem`), object.paths[0]);
            assertEquals(host.readLink(`${folder}/modem1`), object.paths[1]);
            try {
              host.kill(pid, "SIGTERM");
            } catch (error) {
              if (!(error instanceof HostError)) throw error;
            }
          }
        }
      }
      host.close(out);
      assertEquals(status, 0);
      assertEquals(host.list(folder), []);
    });
  },
);
