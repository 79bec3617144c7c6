/**
 * `uplinkd pppstats`: what a link has carried. pppstats(8)
 *
 * Octets and packets are the kernel's; the counters of compression come from the `uplinkd pppd` that has the interface. Where
 * that cannot be asked they are 0, and a line on standard error says why.
 *
 * @module
 */
import { type Host, HostError } from "../../host.ts";
import { interfaceByName } from "../../linux/interface.ts";
import { Netlink } from "../../linux/netlink.ts";
import { hostWords } from "../../run/host_words.ts";
import { noStatistics } from "../../run/link_statistics.ts";
import { askStatistics } from "../../run/statistics_socket.ts";
import { answered, printLines, writeLines } from "../print_lines.ts";
import { type ColumnChoice, columnFigures, columnTitles, type Reading } from "../pppstats_columns.ts";

/** What was asked for. */
interface Request extends ColumnChoice {
  /** Not since the line before, but since the beginning (`-a`). */
  readonly absolute: boolean;
  /** Lines to print; undefined without end (`-c`). */
  readonly count: number | undefined;
  /** Seconds between two (`-w`). */
  readonly seconds: number;
  readonly interfaceName: string;
}

const USAGE = "Usage: pppstats [-a|-d] [-v|-r|-z] [-c count] [-w wait] [interface]";
/** Titles come again after so many lines. */
const TITLES_EVERY = 20;
const DEFAULT_SECONDS = 5;

/** Print statistics; the exit status. */
export async function pppstats(host: Host, args: readonly string[]): Promise<number> {
  const request = parseRequest(args);
  if (request === undefined) {
    printLines(host, 2, [USAGE]);
    return 1;
  }
  try {
    return await report(host, request);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    printLines(host, 2, [`pppstats: couldn't get PPP statistics: ${hostWords(error)}`]);
    return 1;
  }
}

async function report(host: Host, request: Request): Promise<number> {
  let before: Reading | undefined;
  let told: string | undefined;
  const first = host.clock();
  for (let line = 0; request.count === undefined || line < request.count; line++) {
    const until = first + line * request.seconds * 1000;
    while (host.clock() < until) await host.wait([], until);
    const taken = await read(host, request.interfaceName);
    if (taken === undefined) {
      printLines(host, 2, [`pppstats: nonexistent interface '${request.interfaceName}' specified`]);
      return 1;
    }
    if (taken.why !== undefined && taken.why !== told) {
      printLines(host, 2, [`pppstats: the columns of compression are 0: ${taken.why}`]);
    }
    told = taken.why;
    const seconds = before !== undefined && request.rates ? request.seconds : undefined;
    const lines = [
      ...(line % TITLES_EVERY === 0 ? columnTitles(request) : []),
      columnFigures(taken.reading, before, request, seconds),
    ];
    const failure = writeLines(host, 1, lines);
    if (failure !== undefined) return failure.code === "EPIPE" ? 0 : answered(host, failure, 0);
    if (!request.absolute) before = taken.reading;
  }
  return 0;
}

interface Taken {
  readonly reading: Reading;
  /** Why the counters of compression are not known. */
  readonly why: string | undefined;
}

async function read(host: Host, name: string): Promise<Taken | undefined> {
  const netlink = new Netlink(host);
  try {
    const { statistics } = interfaceByName(netlink, name) ?? {};
    if (statistics === undefined) return undefined;
    const answer = await askStatistics(host, name);
    const counted = typeof answer === "string" ? noStatistics : answer;
    const { receivedOctets, receivedPackets, sentOctets, sentPackets } = statistics;
    return {
      reading: { ...counted, receivedOctets, receivedPackets, sentOctets, sentPackets },
      why: typeof answer === "string" ? answer : undefined,
    };
  } finally {
    netlink.close();
  }
}

/** Words as getopt(3) takes them: letters may stand together, a value behind its letter or as the next word. */
function parseRequest(args: readonly string[]): Request | undefined {
  const given = new Set<string>();
  const values = new Map<string, number>();
  const rest: string[] = [];
  const waiting = [...args];
  for (let word = waiting.shift(); word !== undefined; word = waiting.shift()) {
    if (word === "--") {
      rest.push(...waiting.splice(0));
    } else if (!word.startsWith("-") || word === "-") {
      rest.push(word);
    } else {
      for (let at = 1; at < word.length; at++) {
        const letter = word.charAt(at);
        if ("advrz".includes(letter)) {
          given.add(letter);
          continue;
        }
        if (letter !== "c" && letter !== "w") return undefined;
        const value = Number(/^\s*\+?([0-9]{1,9})/.exec(word.slice(at + 1) || (waiting.shift() ?? ""))?.[1]);
        if (!(value > 0)) return undefined;
        values.set(letter, value);
        break;
      }
    }
  }
  const [interfaceName = "ppp0", ...others] = rest;
  if (others.length > 0) return undefined;
  const absolute = given.has("a");
  return {
    absolute,
    rates: given.has("d") && !absolute,
    ratio: given.has("r"),
    headers: given.has("v"),
    compression: given.has("z"),
    count: values.get("c") ?? (values.has("w") ? undefined : 1),
    seconds: values.get("w") ?? DEFAULT_SECONDS,
    interfaceName,
  };
}
