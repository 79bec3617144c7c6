/**
 * What a conversation asks of the kernel, where a pty cannot show it.
 *
 * @module
 */
import type { Fd } from "../../src/host.ts";
import { parseScript, wordsOf } from "../../src/chat/script.ts";
import { ChatService } from "../../src/run/chat_service.ts";
import { failing, MIPS, stubHost, X86_64 } from "../support/stub_host.ts";
import { assertEquals, test } from "../support/test.ts";

const lines = { log: () => {}, report: () => {} };
const broken = parseScript(wordsOf(["", "BREAK", "", "\\K\\K\\c"]));

test("ChatService sends a break on standard input, by the number that the architecture has for it", () => {
  for (const [platform, request] of [[X86_64, 0x5409], [MIPS, 0x5405]] as const) {
    const asked: [Fd, number, unknown][] = [];
    const host = stubHost({
      platform,
      clock: () => 0,
      ioctl: (...words) => asked.push([words[0], words[1], words[2]]),
    });
    const service = new ChatService(host, { steps: broken }, lines);
    service.start();
    assertEquals([asked, service.status], [[[0, request, 0], [0, request, 0], [0, request, 0]], 0]);
  }
});

test("ChatService goes on where there is no break to send", () => {
  const host = stubHost({ platform: X86_64, clock: () => 0, ioctl: failing("ioctl", "ENOTTY") });
  const service = new ChatService(host, { steps: broken }, lines);
  service.start();
  assertEquals(service.status, 0);
});

test("ChatService asks for nothing but what the script waits for", () => {
  const host = stubHost({ platform: X86_64, clock: () => 0 });
  const waiting = new ChatService(host, { steps: parseScript(wordsOf(["OK", "AT"])) }, lines);
  waiting.start();
  assertEquals([waiting.interests(), waiting.deadline], [[{ fd: 0, read: true, write: false }], 45_000]);
  const typing = new ChatService(host, { steps: parseScript(wordsOf(["", "AT"])) }, lines);
  typing.start();
  assertEquals([typing.interests(), typing.deadline], [[], 10]);
  typing.expire(10);
  assertEquals(typing.interests(), [{ fd: 1, read: false, write: true }]);
});
