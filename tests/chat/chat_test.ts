/**
 * Conversations with a modem: what is sent when, what ends them, whatever way the input is cut.
 *
 * @module
 */
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import { Chat, type ChatOutput, type ChatScript, type ChatStep } from "../../src/chat/chat.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const send = (text: string): ChatStep => ({ kind: "send", octets: fromLatin1(text) });
const expect = (text: string, withinMs = 1000): ChatStep => ({
  kind: "expect",
  octets: fromLatin1(text),
  withinMs,
});
const script: ChatScript = {
  steps: [send("ATZ\r"), expect("OK"), send("ATD*99#\r"), expect("CONNECT"), expect("\r\n")],
  abort: [fromLatin1("BUSY"), fromLatin1("NO CARRIER")],
};

function begun(what: ChatScript = script): Chat {
  const chat = new Chat(what);
  chat.handle({ kind: "start" }, 0);
  return chat;
}

function drain(chat: Chat): string[] {
  const said: string[] = [];
  for (let output = chat.next(); output !== undefined; output = chat.next()) said.push(show(output));
  return said;
}

function show(output: ChatOutput): string {
  if (output.kind === "send") return `send ${latin1(output.octets)}`;
  if (output.kind === "matched") return `heard ${latin1(output.heard)}`;
  const { result } = output;
  if (result.kind === "reached") return `reached ${latin1(result.rest)}`;
  return result.kind === "aborted" ? `aborted ${latin1(result.by)}` : `timeout ${result.step}`;
}

function feed(chat: Chat, text: string, now = 0): string[] {
  chat.handle({ kind: "octets", octets: fromLatin1(text) }, now);
  return drain(chat);
}

test("Chat sends, waits for the word, and gives what came behind the last one to whoever takes over", () => {
  const chat = begun();
  assertEquals(drain(chat), ["send ATZ\r"]);
  assertEquals(feed(chat, "\r\nO"), []);
  assertEquals(feed(chat, "K\r\n"), ["heard \r\nOK", "send ATD*99#\r"]);
  assertEquals(feed(chat, "CONNECT 150000000\r\n~\xff}#"), [
    "heard \r\nCONNECT",
    "heard  150000000\r\n",
    "reached ~\xff}#",
  ]);
  assertEquals(chat.deadline, undefined);
});

test("Chat gives the same result for every cut of the input", () => {
  const input = "ATZ\r\r\nOK\r\nATD*99#\r\r\nCONNECT 9600\r\n";
  const whole = begun();
  const expected = [...drain(whole), ...feed(whole, input)];
  for (let cut = 0; cut <= input.length; cut++) {
    for (let second = cut; second <= input.length; second++) {
      const chat = begun();
      const said = [
        ...drain(chat),
        ...feed(chat, input.slice(0, cut)),
        ...feed(chat, input.slice(cut, second)),
        ...feed(chat, input.slice(second)),
      ];
      assertEquals(said, expected, `cut at ${cut} and ${second}`);
    }
  }
});

test("Chat ends at once at an abort word, and says which, for every cut", () => {
  const input = "\r\nOK\r\nNO CARRIE NO CARRIER\r\n";
  for (let cut = 0; cut <= input.length; cut++) {
    const chat = begun();
    drain(chat);
    const said = [...feed(chat, input.slice(0, cut)), ...feed(chat, input.slice(cut))];
    assertEquals(said.at(-1), "aborted NO CARRIER", `cut at ${cut}`);
    assertEquals(feed(chat, "CONNECT\r\n"), []);
  }
});

test("Chat finds a word that begins again inside itself", () => {
  const chat = begun({ steps: [expect("aab")], abort: [] });
  assertEquals(feed(chat, "aaab"), ["heard aaab", "reached "]);
});

test("Chat does not take an abort word from before the last match for a new one", () => {
  const chat = begun({ steps: [expect("BU"), expect("OK")], abort: [fromLatin1("BUSY")] });
  assertEquals(feed(chat, "BUSYOK"), ["heard BU", "heard SYOK", "reached "]);
});

test("Chat gives up when the word does not come in its time, and not before", () => {
  const chat = begun();
  drain(chat);
  feed(chat, "OK", 400);
  assertEquals(chat.deadline, 1400);
  chat.expire(1399);
  assertEquals(drain(chat), []);
  chat.expire(1400);
  assertEquals(drain(chat), ["timeout 3"]);
});

test("Chat keeps no more than 256 octets of what it hears", () => {
  const chat = begun({ steps: [expect("OK")], abort: [] });
  const said = feed(chat, `${"x".repeat(100_000)}OK`);
  assert(said[0]?.endsWith("xOK") === true);
  assertEquals(said[0]?.length, "heard ".length + 256);
});

test("Chat without steps has reached its end when it starts", () => {
  assertEquals(drain(begun({ steps: [], abort: [] })), ["reached "]);
});
