/**
 * What has to be undone if we are killed: one JSON file per process and link in /run/uplinkd, written before each act.
 *
 * On the normal way out every entry is undone, last first, and the file goes. After kill -9 the next start finds the
 * file, sees that its process is gone, and does the same. Each undo looks first whether the thing is still ours, so that
 * an act that never came, or one that somebody else changed since, does no harm.
 *
 * @module
 */
import { type Host, HostError } from "../host.ts";
import { openFlags } from "../linux/abi.ts";
import { makeDirectories, readTextFile, unlinkIfThere, writeFileAtomically } from "../linux/files.ts";
import { identityOf, isRunning, isSameProcess, type ProcessIdentity } from "../linux/process.ts";
import { hostWords } from "./host_words.ts";
import { type UndoEntry, undoEntry } from "./undo_entry.ts";
import { type JournalContent, parseJournal } from "./undo_journal_file.ts";

/** Where journals are. */
export const JOURNAL_DIRECTORY = "/run/uplinkd";

const SUFFIX = ".undo";
const MOST_OCTETS = 1 << 20;
const MOST_JOURNALS = 1024;

/** Where `openJournal` writes. */
export interface JournalOptions {
  /** Default /run/uplinkd. */
  readonly directory?: string;
  /** Name of the link, letters, digits, `.`, `_` and `-`; default none. Two links of one process need two names. */
  readonly name?: string;
}

/** A running record of what to undo. Nothing outside this class writes its file. */
export class UndoJournal {
  /** Why the journal lives in memory only, for the log; undefined when it is on disk. */
  readonly problem: string | undefined;
  readonly #host: Host;
  readonly #directory: string;
  readonly #name: string;
  #owner: ProcessIdentity;
  #entries: UndoEntry[] = [];

  /** For `openJournal`. */
  constructor(host: Host, directory: string, name: string, problem: string | undefined) {
    this.#host = host;
    this.#directory = directory;
    this.#name = name;
    this.problem = problem;
    this.#owner = identityOf(host, host.pid);
  }

  /** Path of the file, which is there as long as there are entries. */
  get path(): string {
    return `${this.#directory}/${this.#name}${this.#owner.pid}${SUFFIX}`;
  }

  /** What is to be undone, oldest first. */
  get entries(): readonly UndoEntry[] {
    return this.#entries;
  }

  /** Write down what the next act will need. Call it before the act. Throws HostError. */
  add(entry: UndoEntry): UndoEntry {
    this.#entries.push(entry);
    this.#write();
    return entry;
  }

  /**
   * Strike an entry whose act did not come, or that was undone by other means. The entry is the one that `add` gave.
   * A full disk is no error here: undoing a thing twice does no harm.
   */
  strike(entry: UndoEntry): void {
    this.#entries = this.#entries.filter((each) => each !== entry);
    try {
      this.#write();
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
    }
  }

  /** Undo one entry now and strike it; gives lines for the log. What cannot be undone now stays for `undoAll`. */
  undo(entry: UndoEntry): string[] {
    return this.#attempt(entry).lines;
  }

  /**
   * Undo everything, last first, and remove the file: the way out. Gives lines for the log. What fails is tried once more, and
   * stays in the file for the next start if that is in vain. A fault in one entry keeps no other from its turn.
   */
  undoAll(): string[] {
    const first = this.#undoEach(this.#entries.toReversed(), false);
    return [...first, ...this.#undoEach(this.#entries.toReversed(), true)];
  }

  #undoEach([entry, ...rest]: readonly UndoEntry[], tellsFailures: boolean): string[] {
    if (entry === undefined) return [];
    let lines: string[] = [];
    try {
      const attempted = this.#attempt(entry);
      if (attempted.isDone || tellsFailures) lines = attempted.lines;
    } finally {
      lines = [...lines, ...this.#undoEach(rest, tellsFailures)];
    }
    return lines;
  }

  #attempt(entry: UndoEntry): Attempt {
    if (!this.#entries.includes(entry)) return { lines: [], isDone: true };
    const attempted = attempt(this.#host, entry, this.#owner.pid);
    if (attempted.isDone) this.strike(entry);
    return attempted;
  }

  /**
   * Hand the journal over to the process that goes on, after going to the background. Lock and pid files are the
   * caller's to rewrite; their entries here go by the new pid from now on. Throws HostError.
   */
  moveTo(pid: number): void {
    const before = this.path;
    this.#owner = identityOf(this.#host, pid);
    this.#write();
    if (this.problem === undefined && before !== this.path) unlinkIfThere(this.#host, before);
  }

  #write(): void {
    if (this.problem !== undefined) return;
    if (this.#entries.length === 0) {
      unlinkIfThere(this.#host, this.path);
      return;
    }
    const content: JournalContent = { version: 1, owner: this.#owner, entries: this.#entries };
    writeFileAtomically(this.#host, this.path, JSON.stringify(content) + "\n", { mode: 0o600 });
  }
}

/** Why a folder cannot be trusted with journals; undefined when it can. */
function untrusted(host: Host, directory: string): string | undefined {
  const status = host.status(directory, false);
  if (status?.kind !== "directory") return `${directory} is not a directory`;
  if (status.uid !== host.effectiveUid) return `${directory} belongs to user ${status.uid}`;
  if ((status.mode & 0o022) !== 0) return `${directory} can be written by others`;
  return undefined;
}

/** Start a journal for this process. Where its folder cannot be had, it lives in memory and `problem` says why. */
export function openJournal(host: Host, options: JournalOptions = {}): UndoJournal {
  const directory = options.directory ?? JOURNAL_DIRECTORY;
  const name = options.name === undefined ? "" : `${options.name}.`;
  if (!/^[A-Za-z0-9._-]*$/.test(name)) {
    throw new RangeError(`Journal name: expected letters, digits, . _ and -, got "${name}"`);
  }
  let problem: string | undefined;
  try {
    makeDirectories(host, directory, 0o700);
    problem = untrusted(host, directory);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    problem = hostWords(error);
  }
  return new UndoJournal(host, directory, name, problem);
}

interface Attempt {
  /** For the log. */
  readonly lines: string[];
  readonly isDone: boolean;
}

function attempt(host: Host, entry: UndoEntry, pid: number): Attempt {
  try {
    return { lines: undoEntry(host, entry, pid), isDone: true };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { lines: [`Cannot undo ${entry.kind}: ${error.message}`], isDone: false };
  }
}

/**
 * Undo what processes that are gone left behind; gives lines for the log. Journals of running processes are left alone,
 * damaged ones are set aside as `.bad`. Call it at every start, before anything is taken.
 */
export function recoverJournals(host: Host, directory: string = JOURNAL_DIRECTORY): string[] {
  const status = host.status(directory, false);
  const notOurs = status?.uid !== host.effectiveUid && host.effectiveUid !== 0;
  if (status === undefined || notOurs) return [];
  const distrust = untrusted(host, directory);
  if (distrust !== undefined) return [`Leavings of earlier runs are not undone: ${distrust}`];
  const flags = openFlags(host.platform);
  const fd = host.open(directory, flags.readOnly | flags.directory | flags.noFollow);
  try {
    // Another start that recovers at this moment does it for both.
    if (!host.lock(fd)) return [];
    const all = host.list(directory).sort().slice(0, MOST_JOURNALS);
    for (const name of all) if (isUnfinished(host, name)) unlinkIfThere(host, `${directory}/${name}`);
    const names = all.filter((name) => name.endsWith(SUFFIX));
    return names.flatMap((name) => recoverOne(host, `${directory}/${name}`));
  } finally {
    host.close(fd);
  }
}

/** Whether a process that is gone was killed while it wrote this file. */
function isUnfinished(host: Host, name: string): boolean {
  const pid = /^\..*\.undo\.([0-9]+)\.tmp$/.exec(name)?.[1];
  return pid !== undefined && !isRunning(host, Number(pid));
}

function recoverOne(host: Host, path: string): string[] {
  let content: JournalContent | undefined;
  try {
    const text = readTextFile(host, path, MOST_OCTETS, { follow: false });
    if (text === undefined) return [];
    content = parseJournal(text);
  } catch (error) {
    if (!(error instanceof HostError) && !(error instanceof SyntaxError)) throw error;
    return [setAside(host, path, error.message)];
  }
  if (isSameProcess(host, content.owner)) return [];
  const { pid } = content.owner;
  const lines = content.entries.toReversed().flatMap((entry) => attempt(host, entry, pid).lines);
  unlinkIfThere(host, path);
  return lines.map((line) => `Left by pid ${pid}: ${line}`);
}

function setAside(host: Host, path: string, why: string): string {
  try {
    host.rename(path, `${path}.bad`);
    return `${path} cannot be read (${why}): set aside as ${path}.bad`;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return `${path} cannot be read (${why}), nor set aside: ${error.message}`;
  }
}
