/**
 * Every reader against response lines of real modems with their values; tests/vectors/at/readers.txt names the sources.
 *
 * @module
 */
import {
  activeContexts,
  readAddresses,
  readContexts,
  readPacketEvent,
  readParameters,
} from "../../src/at/commands/context.ts";
import { readIccid } from "../../src/at/commands/identity.ts";
import { readOperator, readScan } from "../../src/at/commands/operator.ts";
import { readRegistration } from "../../src/at/commands/registration.ts";
import { readHcsq, readMonsc, readSysinfoEx } from "../../src/at/commands/signal_huawei.ts";
import { readGtccinfo, readXcesq, readXlec, readXmci } from "../../src/at/commands/signal_intel.ts";
import { readGstatus, readSmoni, readUcged, readZrssi } from "../../src/at/commands/signal_makers.ts";
import { readQcainfo, readQcsq, readQeng, readQnwinfo } from "../../src/at/commands/signal_quectel.ts";
import { readCpsi } from "../../src/at/commands/signal_simcom.ts";
import { readCesq, readCsq } from "../../src/at/commands/signal_standard.ts";
import { readRfsts, readServinfo } from "../../src/at/commands/signal_telit.ts";
import { readPinState, retriesCommands } from "../../src/at/commands/sim.ts";
import { repositoryText } from "../support/machine.ts";
import { assert, assertEquals, test } from "../support/test.ts";

type Lines = readonly string[];

/** A reader by its name in the vectors, giving what stands there. */
const readers: Record<string, (lines: Lines) => unknown> = {
  "registration answer": (lines) => readPlace(lines, true),
  "registration unasked": (lines) => readPlace(lines, false),
  scan: (lines) =>
    readScan(lines).map((
      each,
    ) => [each.status, each.longName, each.shortName, each.digits, each.technology ?? null]),
  operator: readOperator,
  contexts: (lines) => readContexts(lines).map((each) => [each.contextIdentifier, each.pdpType, each.apn]),
  active: (lines) => activeContexts.read(lines),
  addresses: (lines) => readAddresses(lines).map((each) => [each.contextIdentifier, each.addresses]),
  parameters: readFirstParameters,
  iccid: readIccid,
  cesq: readCesq,
  csq: readCsq,
  "pin state": readPinState,
  "packet event": (lines) => {
    const event = readPacketEvent(lines[0] ?? "");
    return event === undefined ? undefined : [event.kind, event.contextIdentifier ?? null, event.isByNetwork];
  },
  hcsq: readHcsq,
  monsc: readMonsc,
  sysinfoex: (lines) => {
    const said = readSysinfoEx(lines);
    return said === undefined
      ? undefined
      : [said.hasService, said.isRoaming, said.hasValidCard, said.technology, said.submode];
  },
  xcesq: readXcesq,
  xmci: readXmci,
  xlec: readXlec,
  gtccinfo: readGtccinfo,
  gstatus: readGstatus,
  smoni: readSmoni,
  ucged: readUcged,
  zrssi: readZrssi,
  qeng: (lines) => readQeng(lines, "unknown"),
  qcsq: readQcsq,
  qnwinfo: readQnwinfo,
  qcainfo: readQcainfo,
  cpsi: readCpsi,
  rfsts: readRfsts,
  servinfo: readServinfo,
};

function readPlace(lines: Lines, isAnswer: boolean): unknown {
  const said = readRegistration(lines[0] ?? "", isAnswer);
  return said === undefined
    ? undefined
    : [said.status, said.areaCode ?? 0, said.cellIdentity ?? 0, said.technology ?? null];
}

function readFirstParameters(lines: Lines): unknown {
  const said = readParameters(lines)[0];
  if (said === undefined) return undefined;
  const [first, second] = said.nameServers;
  return [
    said.contextIdentifier,
    said.apn,
    said.address ?? null,
    said.mask ?? null,
    said.gateway ?? null,
    first ?? null,
    second ?? null,
  ];
}

function retriesReader(name: string): ((lines: Lines) => unknown) | undefined {
  const command = retriesCommands[name.replace(/^retries /, "")];
  if (command === undefined) return undefined;
  return (lines) => {
    const said = command.read(lines);
    return said === undefined ? undefined : [said.pin ?? null, said.puk ?? null];
  };
}

/** Undefined fields are no fields, and no value at all is null, as in JSON. */
function plainValue(value: unknown): unknown {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== "object" || value === null) return value;
  const known = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(known.map(([name, each]) => [name, plainValue(each)]));
}

interface Row {
  readonly reader: string;
  readonly lines: Lines;
  readonly value: unknown;
}

function rowsOf(text: string): Row[] {
  let reader = "";
  return text.split("\n").flatMap((line) => {
    const name = /^\[(.*)\]$/.exec(line)?.[1];
    if (name !== undefined) reader = name;
    if (name !== undefined || line === "" || line.startsWith("# ")) return [];
    const at = line.lastIndexOf(" => ");
    const said = JSON.parse(`"${line.slice(0, at).replace(/"/g, '\\"')}"`) as string;
    const lines = said.split("\r\n").filter((each) => each.trim() !== "");
    return [{ reader, lines, value: JSON.parse(line.slice(at + 4)) as unknown }];
  });
}

/** Read when a test runs: the machines that run other tests of this program alone have no such file. */
let known: readonly Row[] | undefined;
function rows(): readonly Row[] {
  return known ??= rowsOf(repositoryText("tests/vectors/at/readers.txt"));
}

test("the vectors of readers are several hundred lines of at least eight makers, and each has its reader", () => {
  assert(rows().length >= 330, `${rows().length} rows`);
  for (const { reader } of rows()) {
    assert(readers[reader] !== undefined || retriesReader(reader) !== undefined, `no reader ${reader}`);
  }
});

function judge(own: readonly Row[]): void {
  assert(own.length > 0, "no lines of real modems for it");
  for (const { reader, lines, value } of own) {
    assertEquals(plainValue((readers[reader] ?? retriesReader(reader))?.(lines)), value, lines.join("\n"));
  }
}

for (const name of Object.keys(readers)) {
  test(`reader "${name}" gives what its lines mean`, () =>
    judge(rows().filter((each) => each.reader === name)));
}

test("the readers of retries give what their lines mean", () => {
  judge(rows().filter((each) => each.reader.startsWith("retries ")));
});
