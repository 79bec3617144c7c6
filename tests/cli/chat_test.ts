/**
 * `uplinkd chat` as people start it: by the name `chat`, with mistakes, without a terminal, with a password from another program.
 *
 * @module
 */
import { fromLatin1 } from "../../src/base/text.ts";
import { writeFileAtomically } from "../../src/linux/files.ts";
import { playAll } from "../support/chat_play.ts";
import { machine, program, run, runToEnd, withScratch } from "../support/machine.ts";
import { assert, assertEquals, kernelTest, test } from "../support/test.ts";

const host = machine();
const chat = [...program, "chat"];

kernelTest("uplinkd is chat when it is called so, and says how that is used", async () => {
  await withScratch(async (folder) => {
    host.symlink(program.at(-1) ?? "", `${folder}/chat`);
    const { status, out, error } = await runToEnd([`${folder}/chat`, "-x"]);
    assertEquals([status, out], [1, ""]);
    assert(error.startsWith("Usage: chat [-e]"), error);
  });
});

test("uplinkd chat without a terminal ends with 2 and shows how it is called", async () => {
  const { status, error } = await runToEnd([...chat, "", "AT"]);
  assertEquals([status, /^chat: Can't get terminal parameters: .*<\/dev\/ttyUSB0/.test(error)], [2, true]);
});

kernelTest(
  "uplinkd chat names file, line and column of a mistake, whatever it logs, before it sends anything",
  async () => {
    await withScratch(async (folder) => {
      const plays = [["-S"], ["-S", "-s"], []].map((options) => ({
        name: options.join(" "),
        words: [...options, "-f", "{folder}/script"],
        files: { script: `"" ATZ\nOK 'ATD\n` },
        modem: [],
      }));
      for (const [result] of (await playAll([chat], plays, folder)).values()) {
        const { status, sent, said = "" } = result ?? {};
        assertEquals([status, sent], [1, ""]);
        assert(/^(chat: )?\{folder\}\/script: line 2, column 4: this quote/.test(said), said);
      }
    });
  },
);

kernelTest("uplinkd chat waits for a password that another program writes into a pipe", async () => {
  await withScratch(async (folder) => {
    await run("mkfifo", `${folder}/pipe`);
    writeFileAtomically(host, `${folder}/writer`, fromLatin1(`sleep 0.3; echo sesame >${folder}/pipe`));
    host.spawn({ argv: ["/bin/sh", `${folder}/writer`], environment: host.environment(), descriptors: [] });
    const words = ["-v", "-s", "-S", "", `@${folder}/pipe`];
    const [result] = (await playAll([chat], [{ name: "", words, modem: [] }], folder)).get("") ?? [];
    assertEquals([result?.sent, result?.status, result?.said], ["sesame\r", 0, "send (??????)\n"]);
  });
});

kernelTest("uplinkd chat leaves the first PPP frame behind CONNECT whole", async () => {
  await withScratch(async (folder) => {
    const frame = "~\xff\x03\xc0!\x01\x01\0\x04~";
    const play = {
      name: "",
      words: ["-S", "", "ATD", "CONNECT\\r\\n"],
      modem: [{ after: "ATD\r", say: `CONNECT\r\n${frame}` }],
    };
    const [result] = (await playAll([chat], [play], folder)).get("") ?? [];
    assertEquals([result?.status, result?.leftUnread], [0, frame]);
  });
});
