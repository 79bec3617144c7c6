/**
 * `uplinkd sim modem`: a virtual modem that programs open like a real one. docs/SIM.md
 *
 * @module
 */
import { encodeUtf8 } from "../../base/text.ts";
import { type Host, HostError } from "../../host.ts";
import { readTextFile } from "../../linux/files.ts";
import { hostWords } from "../../run/host_words.ts";
import { runLoop } from "../../run/loop.ts";
import { SimService } from "../../run/sim/service.ts";
import type { ModemEvent } from "../../sim/modem.ts";
import { modemProfiles } from "../../sim/profiles/table.ts";
import { parseScript, pppdCallEnd, type Script } from "../../sim/script.ts";
import { ScriptError } from "../../sim/script_table.ts";
import { Drawing } from "../drawing.ts";
import { answered, printAnswer, printLines } from "../print_lines.ts";

const SCHEMA = 1;
const MOST_SCRIPT_OCTETS = 1 << 20;

const usage = [
  "usage: uplinkd sim modem [--profile NAME] [--script FILE] [--link PATH] [WORDS]",
  "",
  "A virtual modem: terminals that behave like the ports of a cellular modem, with a SIM card, a network,",
  "messages and data calls. Programs open them like the ports of a real one. It runs until it is stopped.",
  "",
  "  --profile NAME    which modem; --list shows those that there are",
  "  --script FILE     a script in TOML: card, network, and what goes wrong when (docs/SIM.md)",
  "  --link PATH       also a symbolic link to the first port; the others get a number behind it",
  "  --ports N         so many ports",
  "  --pin PIN         the card asks for this PIN",
  "  --pppd [OPTIONS]  calls end in a real pppd, with these options too",
  "  --program WORDS   calls end in this command line, with the call as its terminal",
  "  --pipe WORDS      the same, with the call as its standard input and output",
  "  --quiet           only the ports",
  "  --json            one JSON object a line",
  "  --list            the profiles",
  "",
  "Exit status: 0 when it was stopped, 1 when the system refused something, 2 for words that are not known.",
];

interface Words {
  script: Script;
  link: string | undefined;
  json: boolean;
  quiet: boolean;
}

/** Run a virtual modem; its exit status. */
export async function simModem(host: Host, args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) return printAnswer(host, usage);
  if (args.includes("--list")) return printAnswer(host, profileLines());
  let words: Words;
  try {
    words = parse(host, args);
  } catch (error) {
    if (error instanceof HostError) {
      printLines(host, 2, [`uplinkd sim modem: ${hostWords(error)}`]);
      return 1;
    }
    if (!(error instanceof SyntaxError)) throw error;
    printLines(host, 2, [`uplinkd sim modem: ${error.message}`]);
    return 2;
  }
  return await show(host, words);
}

function profileLines(): string[] {
  return [...modemProfiles.values()].map((profile) =>
    `${profile.name.padEnd(16)} ${profile.manufacturer} ${profile.model}, ${profile.ports} port${
      profile.ports === 1 ? "" : "s"
    }`
  );
}

/** The words, with the script that they name. Throws SyntaxError and HostError. */
function parse(host: Host, args: readonly string[]): Words {
  const waiting = [...args];
  const values = new Map<string, string>();
  let [json, quiet] = [false, false];
  for (let word = waiting.shift(); word !== undefined; word = waiting.shift()) {
    if (word === "--json") json = true;
    else if (word === "--quiet") quiet = true;
    else if (word === "--pppd") {
      values.set(word, waiting[0]?.startsWith("--") === false ? waiting.shift() ?? "" : "");
    } else if (withValue.has(word)) {
      const value = waiting.shift();
      if (value === undefined) {
        throw new SyntaxError(`${word}: a value is missing; try: uplinkd sim modem --help`);
      }
      values.set(word, value);
    } else throw new SyntaxError(`unknown word "${word}"; try: uplinkd sim modem --help`);
  }
  return { script: scriptOf(host, values), link: values.get("--link"), json, quiet };
}

const withValue = new Set(["--profile", "--script", "--link", "--ports", "--pin", "--program", "--pipe"]);

function scriptOf(host: Host, values: ReadonlyMap<string, string>): Script {
  const profile = values.get("--profile");
  if (profile !== undefined && !modemProfiles.has(profile)) {
    throw new SyntaxError(`--profile: expected ${[...modemProfiles.keys()].join(", ")}, got "${profile}"`);
  }
  const ports = values.get("--ports");
  if (ports !== undefined && !/^[1-8]$/.test(ports)) throw new SyntaxError("--ports: expected 1 to 8");
  const pin = values.get("--pin");
  if (pin !== undefined && !/^\d{4,8}$/.test(pin)) throw new SyntaxError("--pin: expected 4 to 8 digits");
  const chosen = { profile, ports: ports === undefined ? undefined : Number(ports) };
  const script = readScript(host, values.get("--script"), chosen);
  const { modem } = script;
  return {
    ...script,
    modem: pin === undefined ? modem : { ...modem, sim: { ...modem.sim, pin } },
    call: callOf(values) ?? script.call,
  };
}

const callEnds = ["--pppd", "--program", "--pipe"];

function callOf(values: ReadonlyMap<string, string>): Script["call"] | undefined {
  const [one, other] = callEnds.filter((word) => values.has(word));
  if (other !== undefined) throw new SyntaxError(`${one} and ${other}: a call has one end`);
  const pppd = values.get("--pppd");
  if (pppd !== undefined) return pppdCallEnd(pppd);
  const program = values.get("--program");
  if (program !== undefined) return { kind: "program", commandLine: program, over: "pty" };
  const pipe = values.get("--pipe");
  return pipe === undefined ? undefined : { kind: "program", commandLine: pipe, over: "pipe" };
}

function readScript(
  host: Host,
  path: string | undefined,
  chosen: NonNullable<Parameters<typeof parseScript>[1]>,
): Script {
  if (path === undefined) return parseScript("", chosen);
  const text = readTextFile(host, path, MOST_SCRIPT_OCTETS);
  if (text === undefined) throw new SyntaxError(`--script: there is no file "${path}"`);
  try {
    return parseScript(text, chosen);
  } catch (error) {
    if (error instanceof ScriptError) throw new SyntaxError(`${path}: ${error.message}`);
    throw error;
  }
}

async function show(host: Host, { script, link, json, quiet }: Words): Promise<number> {
  const startedAt = host.clock();
  const drawing = new Drawing(host, 1);
  let failure: HostError | undefined;
  const print = (text: string) => {
    failure ??= printLines(host, 1, [text]);
  };
  const atMs = () => Math.round(host.clock() - startedAt);
  const seed = new Uint8Array(16);
  if (script.seed === undefined) host.random(seed);
  else seed.set(encodeUtf8(String(script.seed)).subarray(0, 16));
  const { name } = script.modem.profile;
  const service = new SimService(host, {
    modem: { ...script.modem, seed },
    call: script.call,
    link,
    onPorts: (paths) => {
      if (json) {
        print(JSON.stringify({ schema: SCHEMA, atMs: atMs(), event: "ports", profile: name, paths, link }));
      } else print(`${name} waits at ${paths.join(" ")}${link === undefined ? "" : `, ${link}`}`);
    },
    onEvent: (event) => {
      if (quiet) return;
      if (json) {
        const { name, port, text } = event;
        print(JSON.stringify({ schema: SCHEMA, atMs: atMs(), event: name, port, text }));
      } else print(eventLine(event, atMs(), drawing));
    },
  });
  host.catchSignals(["SIGHUP", "SIGINT", "SIGTERM"]);
  try {
    service.start();
    await runLoop(host, service);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    printLines(host, 2, [`uplinkd sim modem: ${hostWords(error)}`]);
    return 1;
  }
  return answered(host, failure, 0);
}

/** What moves a cursor or turns a line round: control characters, and those of bidirectional text. */
// deno-lint-ignore no-control-regex
const UNSHOWN = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A line for people: when, where, what. */
function eventLine({ name, port, text }: ModemEvent, atMs: number, drawing: Drawing): string {
  const clock = drawing.tone("dim", (atMs / 1000).toFixed(3).padStart(9));
  const where = port === undefined ? "      " : `port ${port}`;
  const sign = { command: "<", result: ">", call: "=", network: "~", fault: "!", line: "=" }[name];
  const tone = name === "fault" ? "bad" : name === "call" ? "good" : undefined;
  const said = text.replace(UNSHOWN, ".");
  return `${clock}  ${where}  ${sign} ${tone === undefined ? said : drawing.tone(tone, said)}`;
}
