/**
 * A socket in /run/uplinkd that tells whoever connects what a link has counted: one line of JSON, then the end. It reads nothing.
 *
 * @module
 */
import { decodeUtf8, encodeUtf8 } from "../base/text.ts";
import { type Fd, type Host, HostError } from "../host.ts";
import { unlinkIfThere } from "../linux/files.ts";
import { inTurn } from "../linux/in_turn.ts";
import { AF_UNIX, SOCK_STREAM, unixAddress } from "../linux/socket_address.ts";
import { hostWords } from "./host_words.ts";
import { emitStatistics, type LinkStatistics, parseStatistics } from "./link_statistics.ts";
import { JOURNAL_DIRECTORY } from "./undo_journal.ts";

/** Answers in one wake-up, so that who asks without end does not keep packets waiting. */
const MOST_ANSWERS = 4;
const BACKLOG = 8;
const ANSWER_WITHIN = 1000;
const MOST_OCTETS = 4096;

/** Where the socket of an interface is. */
export function statisticsPath(interfaceName: string): string {
  return `${JOURNAL_DIRECTORY}/${interfaceName}.sock`;
}

/** The side that tells. */
export class StatisticsSocket {
  readonly fd: Fd;
  readonly inode: number;
  readonly #host: Host;
  readonly #statistics: () => LinkStatistics;

  /** Listen at `path`, where a leaving of an earlier run may be. Throws HostError; nothing stays open then. */
  constructor(host: Host, path: string, statistics: () => LinkStatistics) {
    this.#host = host;
    this.#statistics = statistics;
    const address = unixAddress(host.platform, path);
    if (address === undefined) throw new HostError("bind", "ENAMETOOLONG", 36, "File name too long", path);
    this.fd = host.socket(AF_UNIX, SOCK_STREAM, 0);
    try {
      unlinkIfThere(host, path);
      host.bind(this.fd, address);
      host.changeMode(path, 0o600);
      this.inode = host.status(path, false)?.inode ?? 0;
      host.listen(this.fd, BACKLOG);
    } catch (error) {
      inTurn([() => void unlinkIfThere(host, path), () => host.close(this.fd)]);
      throw error;
    }
  }

  /** Somebody connected. A failure is theirs alone. */
  answer(): void {
    for (let count = 0; count < MOST_ANSWERS; count++) {
      let asking: Fd | "again" = "again";
      try {
        asking = this.#host.accept(this.fd);
        if (asking === "again") return;
        this.#host.write(asking, encodeUtf8(emitStatistics(this.#statistics())));
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        if (asking === "again") return;
      } finally {
        if (asking !== "again") this.#host.close(asking);
      }
    }
  }

  /** Tell no more. The path is the journal's to remove. */
  close(): void {
    this.#host.close(this.fd);
  }
}

/** Ask the run that has this interface; a text says why there is no answer. */
export async function askStatistics(host: Host, interfaceName: string): Promise<LinkStatistics | string> {
  const path = statisticsPath(interfaceName);
  const address = unixAddress(host.platform, path);
  if (address === undefined) return `${path} is too long for a socket`;
  let fd: Fd | undefined;
  try {
    fd = host.socket(AF_UNIX, SOCK_STREAM, 0);
    host.connect(fd, address);
    return parseStatistics(await readToEnd(host, fd)) ?? `the answer at ${path} is not that of uplinkd pppd`;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    if (error.code === "ENOENT" || error.code === "ECONNREFUSED") {
      return `no uplinkd pppd has the interface ${interfaceName}`;
    }
    return `cannot ask at ${path}: ${hostWords(error)}`;
  } finally {
    if (fd !== undefined) host.close(fd);
  }
}

async function readToEnd(host: Host, fd: Fd): Promise<string> {
  const octets = new Uint8Array(MOST_OCTETS);
  const until = host.clock() + ANSWER_WITHIN;
  let length = 0;
  while (length < octets.length) {
    const count = host.read(fd, octets.subarray(length));
    if (count === 0) break;
    if (count !== "again") length += count;
    else if (host.clock() >= until) break;
    else await host.wait([{ fd, read: true, write: false }], until);
  }
  return decodeUtf8(octets.subarray(0, length));
}
