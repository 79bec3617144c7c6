/**
 * More of the table of `hostile_peers.ts`: EAP, CBCP, CCP, header compression and addresses.
 *
 * @module
 */
import type { HostileRow } from "./hostile_peers.ts";

const anything = /./;
const EAP = "c227";
const letters = (octets: number) => "41".repeat(octets);
const hex16 = (value: number) => value.toString(16).padStart(4, "0");
/** An EAP packet with its length. */
const eap = (code: string, identifier: string, data: string) =>
  `c227${code}${identifier}${hex16(4 + data.length / 2)}${data}`;
const md5Challenge = `0410${"5a".repeat(16)}`;

type Row = Omit<HostileRow, "stage">;

const eapRows: readonly Row[] = [
  {
    id: "H38a",
    what: "EAP MD5-Challenge with a name of 1000 octets",
    send: [eap("01", "01", md5Challenge + letters(1000))],
    answers: [/EAP Response id=0x1 MD5-Challenge/],
  },
  {
    id: "H38b",
    what: "EAP Identity with a prompt of 1400 octets",
    send: [eap("01", "01", `01${letters(1400)}`)],
    answers: [/EAP Response id=0x1 Identity <Name "client">/],
  },
  {
    id: "H38c",
    what: "EAP MD5-Challenge with a value past the end",
    send: [eap("01", "01", `04ff${letters(16)}`)],
    never: [anything],
  },
  {
    id: "H38d",
    what: "EAP MD5-Challenge with an empty value",
    send: [eap("01", "01", `0400${letters(16)}`)],
    never: [anything],
  },
  {
    id: "H38e",
    what: "EAP with a length past the end",
    send: [`c227010100ff${md5Challenge}`],
    never: [anything],
  },
  {
    id: "H38f",
    what: "EAP MSCHAPv2 whose own length is wrong",
    send: [eap("01", "01", `1a01010030${"10"}${"5a".repeat(16)}${letters(6)}`)],
    never: [/MSCHAPv2 Response/],
  },
  {
    id: "H38g",
    what: "EAP MSCHAPv2 with a challenge of 8 octets",
    send: [eap("01", "01", `1a01010013${"08"}${"5a".repeat(8)}${letters(6)}`)],
    never: [/MSCHAPv2 Response/],
  },
  { id: "H39a", what: "EAP Request without a type", send: ["c22701010004"], never: [anything] },
  {
    id: "H39b",
    what: "EAP Request of type 25",
    send: [eap("01", "01", "1900")],
    answers: [/EAP Response id=0x1 Nak <Suggested-type/],
  },
  {
    id: "H39c",
    what: "EAP Request of type 3, which is a Nak",
    send: [eap("01", "01", "0304")],
    never: [anything],
  },
  {
    id: "H39d",
    what: "EAP Responses, which are ours to send",
    send: [eap("02", "01", "0141"), eap("02", "01", md5Challenge)],
    never: [anything],
  },
  { id: "EAP1", what: "EAP Success before any method", send: ["c22703010004"], never: [/IPCP/] },
  {
    id: "EAP2",
    what: "EAP Success behind Identity alone",
    send: [eap("01", "01", "01"), "c22703010004", "c22703020004"],
    never: [/IPCP/],
  },
  {
    id: "EAP3",
    what: "EAP Success of another identifier",
    send: [eap("01", "01", "01"), eap("01", "02", md5Challenge), "c22703630004"],
    never: [/IPCP/],
  },
  {
    id: "EAP4",
    what: "MSCHAPv2's proof of the server before its challenge",
    send: [eap("01", "01", `1a03010030${letters(44)}`)],
    never: [/IPCP/, /MSCHAPv2/],
  },
  {
    id: "EAP5",
    what: "1000 EAP Identity Requests",
    send: [eap("01", "01", "01")],
    times: 1000,
    most: 25,
    ends: "authenticationNoReply",
  },
];

/** CBCP's one address type, a number and a NUL. */
const number = (text: string) =>
  `01${[...text].map((each) => each.charCodeAt(0).toString(16).padStart(2, "0")).join("")}00`;
const callbackOption = (type: string, data: string) =>
  `${type}${(2 + data.length / 2).toString(16).padStart(2, "0")}${data}`;
const cbcp = (code: string, data: string) => `c029${code}01${hex16(4 + data.length / 2)}${data}`;

const cbcpRows: readonly Row[] = [
  { id: "CBCP1", what: "CBCP Request without options", send: [cbcp("01", "")], never: [anything] },
  { id: "CBCP2", what: "CBCP option of length 0", send: [cbcp("01", "0200")], never: [anything] },
  { id: "CBCP3", what: "CBCP option past the end", send: [cbcp("01", "02ff00")], never: [anything] },
  { id: "CBCP4", what: "CBCP Ack of nothing", send: [cbcp("03", "0103")], never: [anything] },
  {
    id: "CBCP5",
    what: "CBCP Response, which is ours to send",
    send: [cbcp("02", "0102")],
    never: [anything],
  },
  {
    id: "CBCP6",
    what: "IPCP while callback is negotiated",
    send: ["80210101000a03060a000001"],
    never: [/IPCP/],
  },
  {
    id: "CBCP7",
    what: "1000 CBCP Requests",
    send: [cbcp("01", callbackOption("02", `00${number("")}`))],
    times: 1000,
    answers: [/CBCP Response/],
    most: 25,
  },
  {
    id: "H58a",
    what: "CBCP list of numbers that are not ours",
    send: [cbcp("01", callbackOption("04", `00${number("1;ATD900")}`))],
    never: [/CBCP Response/],
    ends: "callbackRefused",
  },
  { id: "CBCP8", what: "Protocol-Reject of CBCP", send: ["c02108050006c029"], ends: "callbackRefused" },
];

const ccp = (request: string) => `80fd0105${hex16(4 + request.length / 2)}${request}`;

const ccpRows: readonly Row[] = [
  { id: "H51a", what: "CCP option of length 0", send: [ccp("1500")], answers: [/CCP ConfRej id=0x5/] },
  {
    id: "H51b",
    what: "BSD-Compress of 8 bits",
    send: [ccp("150328")],
    answers: [/CCP ConfNak id=0x5 <bsd v1 15>/],
  },
  {
    id: "H51c",
    what: "BSD-Compress of 31 bits",
    send: [ccp("15033f")],
    answers: [/CCP ConfNak id=0x5 <bsd v1 15>/],
  },
  {
    id: "H52",
    what: "CCP Reset-Request before anything is agreed on",
    send: ["80fd0e050004"],
    never: [/ResetAck/],
  },
  {
    id: "CCP1",
    what: "MPPE without keys",
    send: [ccp("120601000040")],
    answers: [/CCP ConfRej id=0x5 <mppe/],
  },
  {
    id: "CCP2",
    what: "compressed data before anything is agreed on",
    send: ["00fd0000ffff"],
    never: [/ProtRej/],
  },
  { id: "CCP3", what: "1000 unknown codes of CCP", send: ["80fd50050004"], times: 1000, most: 25 },
];

const ipcp = (request: string) => `80210105${hex16(4 + request.length / 2)}${request}`;

const vjRows: readonly Row[] = [
  {
    id: "H28b",
    what: "VJ with 256 slots",
    send: [ipcp("0206002dff01")],
    answers: [/IPCP ConfNak id=0x5 <compress VJ 0f 01>/],
  },
  { id: "H28c", what: "VJ option of length 5", send: [ipcp("0205002d0f")], answers: [/IPCP ConfRej id=0x5/] },
  {
    id: "H28d",
    what: "header compression that is not VJ",
    send: [ipcp("02060061000f")],
    answers: [/IPCP ConfRej id=0x5/],
  },
  {
    id: "H41",
    what: "compressed headers before IPCP has agreed",
    send: ["002d0f1234", "002d4200123401"],
    never: [/ProtRej/],
  },
];

/** Our first request bears the identifier 1. */
const addressRows: readonly Row[] = ([
  ["H25d", "0.1.2.3", "00010203"],
  ["H25e", "127.0.0.1", "7f000001"],
  ["H25f", "224.0.0.5", "e0000005"],
  ["H25g", "255.255.255.255", "ffffffff"],
] as const).map(([id, address, octets]) => ({
  id,
  what: `peer gives us ${address}`,
  send: [`80210301000a0306${octets}`],
  never: [new RegExp(`IPCP ConfReq .*<addr ${address.replaceAll(".", "\\.")}>`)],
}));

/** The rows, under the numbers of the list of hostile inputs; those of its prose under the protocol's name. */
export const hostilePhaseRows: readonly HostileRow[] = [
  ...eapRows.map((row) => ({ ...row, stage: "authenticate" as const, asks: EAP })),
  ...cbcpRows.map((row) => ({ ...row, stage: "callback" as const })),
  ...ccpRows.map((row) => ({ ...row, stage: "ipcp" as const, speaks: "ccp" as const })),
  ...vjRows.map((row) => ({ ...row, stage: "ipcp" as const, speaks: "vj" as const })),
  ...addressRows.map((row) => ({ ...row, stage: "ipcp" as const })),
];
