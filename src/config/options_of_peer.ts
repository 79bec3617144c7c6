/**
 * The options behind `--` in a peer's entry of a secrets file: they hold for that peer from its proof on. pppd(8), AUTHENTICATION.
 *
 * Only what the network phase is made of can change then; of other options it is said that they change nothing. None of them is about
 * encryption: what is required stays so.
 *
 * @module
 */
import { Loader } from "./load_ppp_options.ts";
import { optionNamed } from "./ppp_option_table.ts";
import type { PppOptions } from "./ppp_options.ts";
import { UsageError } from "./ppp_words.ts";

const PLACE = "secrets file, behind --";
/** First names of the options that still have something to change. */
const LATE = new Set(
  "idle maxconnect noip noremoteip nosendip noipv6 +ipv6 ipv6 novj novjccomp vj-max-slots ms-dns ms-wins"
    .split(" ").concat(
      "deflate nodeflate nodeflatedraft bsdcomp nobsdcomp predictor1 nopredictor1 mppc nomppc".split(" "),
      "ipv6cp-accept-local ipv6cp-accept-remote ipv6cp-noremote ipv6cp-nosend".split(" "),
      ["ipcp", "ipv6cp", "ccp"].flatMap((protocol) =>
        ["restart", "max-configure", "max-terminate", "max-failure"].map((each) => `${protocol}-${each}`)
      ),
      ["ipcp-accept-local", "ipcp-accept-remote"],
    ),
);

/** `options` with these words, and in lines for the log what could not be had. `options` stay as they are. */
export function withOptionsOfPeer(
  options: PppOptions,
  words: readonly string[],
): { readonly options: PppOptions; readonly problems: readonly string[] } {
  const request = {
    args: [],
    readFile: () => undefined,
    isDevice: () => false,
    isRoot: true,
    home: undefined,
  };
  const loader = new Loader(request, copyOf(options));
  const problems: string[] = [];
  for (let at = 0; at < words.length;) {
    const name = words[at] ?? "";
    const entry = optionNamed(name);
    const count = 1 + (name === "file" || name === "call" ? 1 : entry?.takes ?? 0);
    try {
      if (name.includes(":") || LATE.has(entry?.names[0] ?? "")) {
        loader.words(words.slice(at, at + count), { place: PLACE, privileged: true, rank: 1 });
      } else problems.push(`${PLACE}: option ${name} changes nothing there`);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(error.message);
    }
    at += count;
  }
  return { options: loader.options, problems };
}

/** What setting an option may change in place is copied: objects, lists, maps and sets. */
function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (value instanceof Set) return new Set(value) as T;
  if (value instanceof Map) return new Map(value) as T;
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copyOf(each)])) as T;
}
