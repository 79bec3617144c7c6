/**
 * What `uplinkd pppd` leaves on the machine while it runs, each in the undo journal before it is there: pid files, the lock and
 * settings of the terminal, replaced default routes, /etc/ppp/resolv.conf. pppd(8), FILES.
 *
 * @module
 */
import { uint32Octets } from "../base/octets.ts";
import { type Host, HostError, type Level } from "../host.ts";
import { writePidFile } from "../linux/files.ts";
import { lockFilePath } from "../linux/lock_file.ts";
import { applyResolvConf, planResolvConf } from "../linux/resolver.ts";
import type { ProxyArpRecord } from "../linux/proxy_arp.ts";
import type { DefaultRouteRecord } from "../linux/route.ts";
import { hostWords } from "./host_words.ts";
import type { PppdLine } from "./pppd_line.ts";
import { terminalEntry, type UndoEntry } from "./undo_entry.ts";
import { statisticsPath, StatisticsSocket } from "./statistics_socket.ts";
import type { LinkStatistics } from "./link_statistics.ts";
import { openJournal, recoverJournals, type UndoJournal } from "./undo_journal.ts";

/** pppd's _PATH_VARRUN; on most systems a link to /run. */
const PID_DIRECTORY = "/var/run";

/** See the file's head. */
export class PppdFiles {
  readonly #host: Host;
  readonly #say: (level: Level, text: string) => void;
  readonly #journal: UndoJournal;
  #lineEntries: UndoEntry[] = [];
  #interfaceEntry: UndoEntry | undefined;
  #linkEntry: UndoEntry | undefined;
  #resolvEntry: UndoEntry | undefined;
  #socketEntry: UndoEntry | undefined;
  #proxyArpEntry: UndoEntry | undefined;
  #socket: StatisticsSocket | undefined;
  #routes: { family: 4 | 6; entry: UndoEntry }[] = [];
  /** What could not be done, as said last, so that a full disk is told of once. */
  readonly #said = new Map<string, string>();

  constructor(host: Host, say: (level: Level, text: string) => void) {
    this.#host = host;
    this.#say = say;
    this.#journal = openJournal(host);
  }

  /** Undo what runs that are gone left behind. */
  recover(): void {
    if (this.#journal.problem !== undefined) {
      const why = this.#journal.problem;
      this.#say("warning", `Couldn't keep a journal, so a kill -9 leaves its traces: ${why}`);
    }
    this.#tolerate("clean up after an earlier run", () => {
      for (const line of recoverJournals(this.#host)) this.#say("notice", `after an earlier run: ${line}`);
    });
  }

  /** A device is about to be locked. */
  lineLocks(device: string): void {
    this.#tolerate(`see where the lock of ${device} is`, () => {
      this.#lineEntries.push(this.#add({ kind: "lockFile", path: lockFilePath(this.#host, device) }));
    });
  }

  /** The line is open: its settings are to be put back. */
  lineOpened({ port }: PppdLine): void {
    if (port?.path !== undefined) {
      this.#lineEntries.push(this.#add(terminalEntry(port.path, port.savedSettings, port.presentSettings)));
    }
  }

  /** The line has put itself back, or could not be opened. The terminal is not opened again for a second look, which would raise DTR; its lock is. */
  lineClosed(): void {
    for (const entry of this.#lineEntries) {
      if (entry.kind === "lockFile") this.#undo(entry);
      else this.#strike(entry);
    }
    this.#lineEntries = [];
  }

  /** Write `NAME.pid` and, with `linkname`, the interface into `ppp-LINK.pid`. */
  interfacePid(interfaceName: string, linkName: string | undefined): void {
    const path = `${PID_DIRECTORY}/${interfaceName}.pid`;
    this.#interfaceEntry = this.#add({ kind: "pidFile", path });
    this.#writePidFile(path, []);
    if (linkName !== undefined) this.linkPid(linkName, interfaceName);
  }

  /** Write `ppp-LINK.pid`: our pid, then the interface once there is one. */
  linkPid(linkName: string, interfaceName: string | undefined): void {
    const path = `${PID_DIRECTORY}/ppp-${linkName}.pid`;
    this.#linkEntry ??= this.#add({ kind: "pidFile", path });
    this.#writePidFile(path, interfaceName === undefined ? [] : [interfaceName]);
  }

  /** Tell who asks what the link of this interface has counted: see `uplinkd pppstats`. */
  offerStatistics(interfaceName: string, statistics: () => LinkStatistics): void {
    const path = statisticsPath(interfaceName);
    this.#tolerate(`offer pppstats its counters at ${path}`, () => {
      this.#socket = new StatisticsSocket(this.#host, path, statistics);
      this.#socketEntry = this.#add({ kind: "socket", path, inode: this.#socket.inode });
    });
  }

  /** The socket of `offerStatistics`, to be waited for; undefined where there is none. */
  get statisticsSocket(): StatisticsSocket | undefined {
    return this.#socket;
  }

  /** Nobody can ask any more. */
  withdrawStatistics(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    try {
      if (this.#socketEntry !== undefined) this.#undo(this.#socketEntry);
      this.#socketEntry = undefined;
    } finally {
      if (socket !== undefined) this.#tolerate("close the socket of pppstats", () => socket.close());
    }
  }

  /** The interface is about to go: so does its pid file. */
  interfaceGone(): void {
    this.withdrawStatistics();
    if (this.#interfaceEntry !== undefined) this.#undo(this.#interfaceEntry);
    this.#interfaceEntry = undefined;
  }

  /** A default route is about to change. */
  defaultRoute(record: DefaultRouteRecord): void {
    this.#routes.push({ family: record.family, entry: this.#add({ kind: "defaultRoute", record }) });
  }

  /** The default routes of a family are as they were. */
  forgetDefaultRoutes(family: 4 | 6): void {
    for (const route of this.#routes) if (route.family === family) this.#strike(route.entry);
    this.#routes = this.#routes.filter((route) => route.family !== family);
  }

  /** ARP is about to be answered for the peer. */
  proxyArp(record: ProxyArpRecord): void {
    this.#proxyArpEntry = this.#add({ kind: "proxyArp", record });
  }

  /** ARP is answered no more. */
  forgetProxyArp(): void {
    if (this.#proxyArpEntry !== undefined) this.#strike(this.#proxyArpEntry);
    this.#proxyArpEntry = undefined;
  }

  /** Write the peer's name servers; gives lines for the log when that could not be done. */
  writeResolvConf(servers: readonly number[]): string[] {
    if (servers.length === 0) return [];
    const octets = servers.map(uint32Octets);
    try {
      const plan = planResolvConf(this.#host, octets);
      if (plan.kind === "leave") return [plan.why];
      this.#resolvEntry = this.#add({ kind: "resolvConf", record: plan.record });
      applyResolvConf(this.#host, plan.record);
      return [];
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      return [`Couldn't write the name servers: ${hostWords(error)}`];
    }
  }

  /** Remove the name servers that we wrote. */
  removeResolvConf(): void {
    if (this.#resolvEntry !== undefined) this.#undo(this.#resolvEntry);
    this.#resolvEntry = undefined;
  }

  /** Undo all that is left. */
  close(): void {
    this.withdrawStatistics();
    this.#tolerate("clean up", () => {
      for (const line of this.#journal.undoAll()) this.#say("debug", line);
    });
  }

  #writePidFile(path: string, more: readonly string[]): void {
    this.#tolerate(`create pid file ${path}`, () => writePidFile(this.#host, path, this.#host.pid, more));
  }

  #add(entry: UndoEntry): UndoEntry {
    this.#tolerate("keep a journal, so a kill -9 leaves its traces", () => this.#journal.add(entry));
    return entry;
  }

  #strike(entry: UndoEntry): void {
    this.#journal.strike(entry);
  }

  #undo(entry: UndoEntry): void {
    this.#tolerate("clean up", () => {
      for (const line of this.#journal.undo(entry)) this.#say("debug", line);
    });
  }

  /** A full or read-only disk costs a line in the log, never the link. */
  #tolerate(what: string, act: () => void): void {
    try {
      act();
      this.#said.delete(what);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      const why = hostWords(error);
      if (this.#said.get(what) === why) return;
      this.#said.set(what, why);
      this.#say("warning", `Couldn't ${what}: ${why}`);
    }
  }
}
