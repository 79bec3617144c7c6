/**
 * Reading pppd's options in the order of pppd(8): /etc/ppp/options, ~/.ppprc, the command line, /etc/ppp/options.TTY.
 *
 * What the command line says stands against any file. Nothing is read but through the callbacks. The result is complete or an
 * error that names the option, its file and line, and why.
 *
 * @module
 */
import { formatIpv4, unusableAsHost } from "../base/inet.ts";
import { fromLatin1, printable } from "../base/text.ts";
import { parseAddressPair } from "./ppp_addresses.ts";
import { type OptionEntry, type OptionSource, parseNumber } from "./ppp_option_kinds.ts";
import { optionNamed } from "./ppp_option_table.ts";
import { defaultPppOptions, type PppOptions } from "./ppp_options.ts";
import { parseWords, UsageError } from "./ppp_words.ts";

/** How files are got at. */
export interface OptionFiles {
  /** One octet a character; undefined where there is no such file, and in words why one that is there cannot be read. */
  readonly readFile: (path: string) => string | { readonly problem: string } | undefined;
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
const MOST_FILES = 256;
/** Added to the rank of what root's files fix. */
const ROOT = 100;
const SYSTEM_OPTIONS = "/etc/ppp/options";
const PEERS = "/etc/ppp/peers/";

/** Read all options. Throws UsageError. */
export function loadPppOptions(request: OptionRequest): LoadedPppOptions {
  const loader = new Loader(request);
  if (!request.args.includes("nosystemconfig")) {
    loader.file(SYSTEM_OPTIONS, { privileged: true, rank: 0 }, true);
  }
  if (request.home !== undefined) {
    loader.file(`${request.home}/.ppprc`, { privileged: request.isRoot, rank: 0 }, false);
  }
  loader.commandLine(request.args);
  const { device, pty, socket, notty } = loader.options;
  if (device !== undefined && pty === undefined && socket === undefined && !notty) {
    loader.fixDevice();
    const tty = device.replace(/^\/dev\//, "").replaceAll("/", ".");
    loader.file(`${SYSTEM_OPTIONS}.${tty}`, { privileged: true, rank: 0 }, false);
  }
  return loader.finish();
}

/** A word as pppd prints it: what could move a cursor or end a line is escaped. */
function show(word: string): string {
  return printable(fromLatin1(word), 1024);
}

/** Reads words into options. */
export class Loader {
  readonly options: PppOptions;
  readonly #request: OptionRequest;
  readonly #ranks = new Map<string, { rank: number; setting: OptionSetting }>();
  readonly #more: OptionSetting[] = [];
  #depth = 0;
  #files = 0;
  #deviceFixed = false;
  #afterSecret = false;

  constructor(request: OptionRequest, options = defaultPppOptions()) {
    this.#request = request;
    this.options = options;
  }

  /** One option with its arguments, or addresses. Throws UsageError. */
  words(words: readonly string[], source: OptionSource): void {
    this.#words(words.map((text) => ({ text, source })));
  }

  /** From now on the line may not be changed: the file that its name chose is being read. */
  fixDevice(): void {
    this.#deviceFixed = true;
  }

  commandLine(args: readonly string[]): void {
    const source: OptionSource = { place: "command line", privileged: this.#request.isRoot, rank: 1 };
    this.words(args, source);
  }

  file(path: string, traits: { privileged: boolean; rank: 0 | 1 }, mustExist: boolean): void {
    if (this.#depth >= DEEPEST) {
      throw new UsageError(`${path}: option files are nested more than ${DEEPEST} deep`);
    }
    this.#files += 1;
    if (this.#files > MOST_FILES) throw new UsageError(`${path}: more than ${MOST_FILES} option files`);
    const text = this.#request.readFile(path);
    if (typeof text !== "string") {
      const why = text?.problem ?? "no such file";
      if (mustExist && path !== SYSTEM_OPTIONS) {
        throw new UsageError(`Can't open options file ${path}: ${why}`);
      }
      if (text !== undefined) this.options.notices.push(`Can't open options file ${path}: ${why}`);
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
      this.#afterSecret = optionNamed(name)?.secret ?? false;
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
    if (this.#deviceFixed && ["pty", "notty", "socket"].includes(entry.key)) this.#refuseDevice(name, source);
    const key = entry.byVariable ? `${entry.key} ${first.split("=", 1)[0]}` : entry.key;
    const repeats = entry.key.endsWith(" *");
    const rank = source.rank + (entry.fixed && source.privileged ? ROOT : 0);
    if (!repeats && !this.#maySet(key, rank, entry, name, source)) return;
    const wrong = entry.set(this.options, args, name);
    if (typeof wrong === "string") {
      const shown = args.length > 0 && !entry.secret && entry.state === "done" ? ` ${show(first)}` : "";
      throw this.#error(source, `option ${name}${shown}: ${wrong}`);
    }
    const value = (word: string) => entry.secret ? "??????" : show(entry.shown(this.options, word));
    const setting = { name, args: args.map(value), place: source.place };
    if (repeats) this.#more.push(setting);
    else this.#ranks.set(key, { rank: entry.byVariable && source.privileged ? ROOT : rank, setting });
  }

  /** pppd's priorities: what is set later and ranks as high wins. */
  #maySet(key: string, rank: number, entry: OptionEntry, name: string, source: OptionSource): boolean {
    const before = this.#ranks.get(key);
    if (before === undefined) return true;
    if (entry.byVariable) return source.privileged || before.rank < ROOT;
    if (!entry.ranked) return true;
    if (rank >= ROOT && before.rank === 1) {
      this.options.notices.push(`option ${name} from ${source.place} overrides command line`);
    }
    if (rank === 1 && before.rank >= ROOT) {
      throw this.#error(source, `option ${name}: what ${before.setting.place} says cannot be overridden`);
    }
    return rank >= before.rank;
  }

  #refuseDevice(name: string, source: OptionSource): never {
    throw this.#error(
      source,
      `${name}: the device may not be changed in the file that the device's name chose`,
    );
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
    const set = (key: string, apply: () => string) => {
      const before = this.#ranks.get(key);
      if (before !== undefined && source.rank < before.rank) return;
      const name = show(apply());
      this.#ranks.set(key, { rank: source.rank, setting: { name, args: [], place: source.place } });
    };
    const speed = parseNumber(word);
    if (speed !== undefined && /^[0-9]/.test(word)) {
      if (speed < 1 || speed > 100_000_000) {
        throw this.#error(source, `speed ${word}: expected bits a second`);
      }
      set("speed", () => {
        this.options.speed = speed;
        return String(speed);
      });
      return;
    }
    const addresses = parseAddressPair(word);
    if (typeof addresses === "object") {
      this.#refuseAddress("local", addresses.local, source);
      this.#refuseAddress("remote", addresses.remote, source);
      const text = (address: number) => address === 0 ? "" : formatIpv4(address);
      set("addresses", () => {
        if (addresses.local !== 0) this.options.local = addresses.local;
        if (addresses.remote !== 0) this.options.remote = addresses.remote;
        return `${text(this.options.local)}:${text(this.options.remote)}`;
      });
      return;
    }
    if (
      /^[A-Za-z0-9/._:+-]+$/.test(word) && word !== "" && !word.endsWith("/") && this.#request.isDevice(path)
    ) {
      if (this.#deviceFixed) this.#refuseDevice(word, source);
      set("device", () => {
        this.options.device = path;
        return path;
      });
      return;
    }
    if (addresses !== undefined) throw this.#error(source, addresses);
    if (word.startsWith("/dev/") || word.startsWith("tty")) {
      throw this.#error(source, `${path}: no such terminal; is the modem plugged in and its driver loaded?`);
    }
    if (this.#afterSecret) {
      throw this.#error(source, "unrecognized word behind a password; quote one that holds white space");
    }
    throw this.#error(source, `unrecognized option '${show(word)}'`);
  }

  #refuseAddress(end: "local" | "remote", address: number, source: OptionSource): void {
    const why = address === 0 ? undefined : unusableAsHost(address);
    if (why === undefined) return;
    throw this.#error(source, `bad ${end} IP address ${formatIpv4(address)}: ${why}`);
  }

  /** `+ua`: a line with the user, one with the password. What `user` and `password` say stands against it. */
  #readUserFile(fail: (why: string) => never): void {
    const { userFile } = this.options;
    if (userFile === undefined) return;
    const text = this.#request.readFile(userFile);
    const [user, password] = typeof text === "string" ? text.split("\n") : [];
    if (user === undefined || password === undefined) fail(`unable to read user login data file ${userFile}`);
    this.options.user ??= user;
    this.options.password ??= fromLatin1(password ?? "");
  }

  finish(): LoadedPppOptions {
    const { options } = this;
    const fail = (why: string): never => {
      throw new UsageError(`command line: ${why}`);
    };
    if (options.pty !== undefined && options.notty) fail("pty option is incompatible with notty option");
    const { socket } = options;
    if (options.pty !== undefined && socket !== undefined) {
      fail("pty option is incompatible with socket option");
    }
    if (socket !== undefined && options.notty) fail("socket option is incompatible with notty option");
    const other = options.notty ? "notty" : options.pty !== undefined ? "pty" : socket && "socket";
    if (options.device !== undefined && other !== undefined) {
      fail(`${other} option precludes specifying device name`);
    }
    this.#readUserFile(fail);
    if (options.demand && options.notty) fail("demand-dialling is incompatible with notty");
    if (
      options.demand && options.connect === undefined && options.pty === undefined && socket === undefined
    ) {
      fail("connect script is required for demand-dialling");
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
