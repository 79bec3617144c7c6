/**
 * Reading pppd's options in the order of pppd(8): /etc/ppp/options, ~/.ppprc, the command line, /etc/ppp/options.TTY.
 *
 * What the command line says stands against any file. Nothing is read but through the callbacks. The result is complete or an
 * error that names the option, its file and line, and why.
 *
 * @module
 */
import { parseAddressPair } from "./ppp_addresses.ts";
import { type OptionSource, parseNumber } from "./ppp_option_kinds.ts";
import { optionNamed } from "./ppp_option_table.ts";
import { defaultPppOptions, type PppOptions } from "./ppp_options.ts";
import { parseWords, UsageError } from "./ppp_words.ts";

/** How files are got at. */
export interface OptionFiles {
  /** One octet a character; undefined where there is no such file. */
  readonly readFile: (path: string) => string | undefined;
  /** Whether a character device is there. */
  readonly isDevice: (path: string) => boolean;
}

/** What is read. */
export interface OptionRequest extends OptionFiles {
  readonly args: readonly string[];
  /** Root's words, and root's alone, may set everything. */
  readonly isRoot: boolean;
  readonly home: string | undefined;
}

/** One option as it was set, for `dump`. */
export interface OptionSetting {
  readonly name: string;
  readonly args: readonly string[];
  readonly place: string;
}

/** Options and where each came from. */
export interface LoadedPppOptions {
  readonly options: PppOptions;
  readonly settings: readonly OptionSetting[];
}

const DEEPEST = 8;
const SYSTEM_OPTIONS = "/etc/ppp/options";
const PEERS = "/etc/ppp/peers/";

/** Read all options. Throws UsageError. */
export function loadPppOptions(request: OptionRequest): LoadedPppOptions {
  const loader = new Loader(request);
  const early = new Loader(request);
  early.commandLine(request.args);
  if (!request.args.includes("nosystemconfig")) {
    loader.file(SYSTEM_OPTIONS, { privileged: true, rank: 0 }, true);
  }
  if (request.home !== undefined) {
    loader.file(`${request.home}/.ppprc`, { privileged: request.isRoot, rank: 0 }, false);
  }
  loader.commandLine(request.args);
  const device = loader.options.device ?? early.options.device;
  if (device !== undefined) {
    const tty = device.replace(/^\/dev\//, "").replaceAll("/", ".");
    loader.file(`${SYSTEM_OPTIONS}.${tty}`, { privileged: true, rank: 0 }, false);
  }
  return loader.finish();
}

class Loader {
  readonly options = defaultPppOptions();
  readonly #request: OptionRequest;
  readonly #ranks = new Map<string, { rank: 0 | 1; setting: OptionSetting }>();
  readonly #more: OptionSetting[] = [];
  #depth = 0;

  constructor(request: OptionRequest) {
    this.#request = request;
  }

  commandLine(args: readonly string[]): void {
    const source: OptionSource = { place: "command line", privileged: this.#request.isRoot, rank: 1 };
    this.#words(args.map((text) => ({ text, source })));
  }

  file(path: string, traits: { privileged: boolean; rank: 0 | 1 }, mustExist: boolean): void {
    if (this.#depth >= DEEPEST) {
      throw new UsageError(`${path}: option files are nested more than ${DEEPEST} deep`);
    }
    const text = this.#request.readFile(path);
    if (text === undefined) {
      if (mustExist && path !== SYSTEM_OPTIONS) {
        throw new UsageError(`Can't open options file ${path}: no such file`);
      }
      return;
    }
    this.#depth += 1;
    this.#words(
      parseWords(text, path).map((word) => ({
        text: word.text,
        source: { place: `${path}: line ${word.line}`, privileged: traits.privileged, rank: traits.rank },
      })),
    );
    this.#depth -= 1;
  }

  #words(words: readonly { readonly text: string; readonly source: OptionSource }[]): void {
    for (let at = 0; at < words.length; at++) {
      const word = words[at];
      if (word === undefined) break;
      const name = word.text;
      const takes = name === "file" || name === "call" ? 1 : optionNamed(name)?.takes ?? 0;
      const args = words.slice(at + 1, at + 1 + takes).map((each) => each.text);
      if (args.length < takes) throw this.#error(word.source, `too few parameters for option ${name}`);
      at += takes;
      this.#option(name, args, word.source);
    }
  }

  #error(source: OptionSource, why: string): UsageError {
    return new UsageError(`${source.place}: ${why}`);
  }

  #option(name: string, args: readonly string[], source: OptionSource): void {
    const [first = ""] = args;
    if (name === "file") {
      this.file(first, { privileged: source.privileged, rank: source.rank }, true);
      return;
    }
    if (name === "call") {
      this.#call(first, source);
      return;
    }
    const entry = optionNamed(name);
    if (entry === undefined) {
      this.#bareWord(name, source);
      return;
    }
    if (entry.privileged && !source.privileged) {
      throw this.#error(source, `using the ${name} option requires root privilege`);
    }
    const repeats = entry.key.endsWith(" *");
    if (!repeats && !this.#maySet(entry.key, source)) return;
    const wrong = entry.set(this.options, args, name);
    if (typeof wrong === "string") {
      const shown = args.length > 0 && !entry.secret && entry.state === "done" ? ` ${args.join(" ")}` : "";
      throw this.#error(source, `option ${name}${shown}: ${wrong}`);
    }
    const setting = { name, args: entry.secret ? args.map(() => "??????") : args, place: source.place };
    if (repeats) this.#more.push(setting);
    else this.#ranks.set(entry.key, { rank: source.rank, setting });
  }

  #maySet(key: string, source: OptionSource): boolean {
    const before = this.#ranks.get(key);
    return before === undefined || source.rank >= before.rank;
  }

  #call(peer: string, source: OptionSource): void {
    if (peer === "" || peer.startsWith("/") || peer.split("/").includes("..") || peer.includes("\0")) {
      throw this.#error(
        source,
        `call ${peer}: expected a name below ${PEERS}, without a leading / and without ..`,
      );
    }
    this.options.callFile = peer;
    this.file(`${PEERS}${peer}`, { privileged: true, rank: source.rank }, true);
  }

  /** A word that is no option: a device, a speed, or addresses. */
  #bareWord(word: string, source: OptionSource): void {
    const path = word.startsWith("/") ? word : `/dev/${word}`;
    const set = (key: string, apply: () => void) => {
      if (!this.#maySet(key, source)) return;
      apply();
      this.#ranks.set(key, { rank: source.rank, setting: { name: word, args: [], place: source.place } });
    };
    const speed = parseNumber(word);
    if (speed !== undefined && /^[0-9]+$/.test(word)) {
      if (speed < 1 || speed > 100_000_000) {
        throw this.#error(source, `speed ${word}: expected bits a second`);
      }
      set("speed", () => void (this.options.speed = speed));
      return;
    }
    const addresses = parseAddressPair(word);
    if (typeof addresses === "object") {
      set("addresses", () => {
        if (addresses.local !== 0) this.options.local = addresses.local;
        if (addresses.remote !== 0) this.options.remote = addresses.remote;
      });
      return;
    }
    if (
      /^[A-Za-z0-9/._:+-]+$/.test(word) && word !== "" && !word.endsWith("/") && this.#request.isDevice(path)
    ) {
      set("device", () => void (this.options.device = path));
      return;
    }
    if (addresses !== undefined) throw this.#error(source, addresses);
    if (word.startsWith("/dev/") || word.startsWith("tty")) {
      throw this.#error(source, `${path}: no such terminal; is the modem plugged in and its driver loaded?`);
    }
    throw this.#error(source, `unrecognized option '${word}'`);
  }

  finish(): LoadedPppOptions {
    const { options } = this;
    const fail = (why: string): never => {
      throw new UsageError(`command line: ${why}`);
    };
    if (options.pty !== undefined && options.notty) fail("pty option is incompatible with notty option");
    if (options.device !== undefined && (options.pty !== undefined || options.notty)) {
      fail(`${options.notty ? "notty" : "pty"} option precludes specifying device name`);
    }
    if (options.interfaceName !== undefined && options.unit !== undefined) options.unit = undefined;
    const settings = [...[...this.#ranks.values()].map((each) => each.setting), ...this.#more];
    return { options, settings };
  }
}

/** What was set, in pppd's form for `dump`; secrets are not in it. */
export function describePppOptions(loaded: LoadedPppOptions): string[] {
  const lines = loaded.settings.map(({ name, args, place }) => {
    const from = place === "command line" ? place : place.slice(0, place.lastIndexOf(": line"));
    return `${[name, ...args].join(" ")}\t\t# (from ${from})`;
  });
  return ["pppd options in effect:", ...lines];
}
