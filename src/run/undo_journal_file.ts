/**
 * The file of an undo journal: its content, and its reading where it may be damaged.
 *
 * @module
 */
import { fromHex } from "../base/octets.ts";
import type { ProcessIdentity } from "../linux/process.ts";
import type { RouteRecord } from "../linux/route.ts";
import type { UndoEntry } from "./undo_entry.ts";

/** The content of a journal file. */
export interface JournalContent {
  readonly version: 1;
  readonly owner: ProcessIdentity;
  readonly entries: readonly UndoEntry[];
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxError(`${what}: expected an object`);
  }
  return value as Fields;
}

function textIn(fields: Fields, name: string): string {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (typeof value !== "string") throw new SyntaxError(`${name}: expected a text`);
  return value;
}

function optionalText(fields: Fields, name: string): string | undefined {
  return fields[name] === undefined ? undefined : textIn(fields, name);
}

function pathIn(fields: Fields): string {
  const path = textIn(fields, "path");
  if (!path.startsWith("/")) throw new SyntaxError(`path: expected an absolute path, got "${path}"`);
  return path;
}

function hexIn(fields: Fields, name: string): string {
  const text = textIn(fields, name);
  fromHex(text);
  return text;
}

function countIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw new SyntaxError(`${name}: expected a number`);
  return Number(value);
}

function familyIn(fields: Fields): 4 | 6 {
  const family = countIn(fields, "family");
  if (family !== 4 && family !== 6) throw new SyntaxError(`family: expected 4 or 6, got ${family}`);
  return family;
}

function listIn(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw new SyntaxError(`${name}: expected a list`);
  return value;
}

function routeOf(value: unknown): RouteRecord {
  const fields = fieldsOf(value, "route");
  return {
    family: familyIn(fields),
    interface: optionalText(fields, "interface"),
    gateway: optionalText(fields, "gateway"),
    metric: countIn(fields, "metric"),
    header: hexIn(fields, "header"),
    attributes: listIn(fields, "attributes").map((each) => {
      const [kind, content] = Array.isArray(each) ? each : [];
      const pair: Fields = { kind, content };
      return [countIn(pair, "kind"), hexIn(pair, "content")] as const;
    }),
  };
}

function entryOf(value: unknown): UndoEntry {
  const fields = fieldsOf(value, "entry");
  const kind = textIn(fields, "kind");
  switch (kind) {
    case "lockFile":
    case "pidFile":
      return { kind, path: pathIn(fields) };
    case "socket":
      return { kind, path: pathIn(fields), inode: countIn(fields, "inode") };
    case "terminal":
      return { kind, path: pathIn(fields), saved: hexIn(fields, "saved"), ours: hexIn(fields, "ours") };
    case "resolvConf": {
      const record = fieldsOf(fields["record"], "record");
      return { kind, record: { path: pathIn(record), text: textIn(record, "text") } };
    }
    case "proxyArp": {
      const record = fieldsOf(fields["record"], "record");
      return {
        kind,
        record: { address: countIn(record, "address"), interface: textIn(record, "interface") },
      };
    }
    case "defaultRoute": {
      const record = fieldsOf(fields["record"], "record");
      return {
        kind,
        record: {
          family: familyIn(record),
          interface: textIn(record, "interface"),
          metric: countIn(record, "metric"),
          replaced: listIn(record, "replaced").map(routeOf),
        },
      };
    }
    default:
      throw new SyntaxError(`kind: unknown kind "${kind}"`);
  }
}

/** The content of a journal file. Throws SyntaxError for anything that is not one. */
export function parseJournal(text: string): JournalContent {
  const fields = fieldsOf(JSON.parse(text), "journal");
  if (fields["version"] !== 1) throw new SyntaxError(`version: expected 1, got ${String(fields["version"])}`);
  const owner = fieldsOf(fields["owner"], "owner");
  const startTicks = owner["startTicks"] === undefined ? undefined : countIn(owner, "startTicks");
  return {
    version: 1,
    owner: { pid: countIn(owner, "pid"), startTicks },
    entries: listIn(fields, "entries").map(entryOf),
  };
}
