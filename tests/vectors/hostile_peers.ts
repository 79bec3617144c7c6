/**
 * What hostile and broken peers send, and what comes of it: played at our link in `tests/ppp/hostile_peer_test.ts`, and at a real
 * pppd and at us in the laboratory (`tests/interop/hostile_replay.ts`), which prints where the two differ.
 *
 * @module
 */
import type { LinkEnd } from "../../src/ppp/link_configuration.ts";

/** Where the link is when the peer begins. */
export type HostileStage =
  /** Our Configure-Request is out and not answered. */
  | "establish"
  /** LCP is open; the peer has us prove ourselves by `asks`. */
  | "authenticate"
  /** LCP is open, nothing had to be proven, and CBCP, which we asked for, waits for its Request. */
  | "callback"
  /** LCP is open, nothing had to be proven, IPCP's requests are out. */
  | "ipcp";

/** One row. Packets are hexadecimal from the Protocol field on; patterns are held against pppd's debug form of the answers. */
export interface HostileRow {
  readonly id: string;
  readonly what: string;
  readonly stage: HostileStage;
  /** Data of the Authentication-Protocol option that the peer asks for. */
  readonly asks?: string;
  /** pppd's words for the program that is attacked; default: a client that knows a password. */
  readonly words?: readonly string[];
  /** What is negotiated besides, which is not where nothing is said: CCP with the methods that need no keys, or VJ. */
  readonly speaks?: "ccp" | "vj";
  readonly send: readonly string[];
  /** How often `send` is sent; default once. */
  readonly times?: number;
  /** Each must match an answer. */
  readonly answers?: readonly RegExp[];
  /** None may match an answer. */
  readonly never?: readonly RegExp[];
  /** At most so many answers. */
  readonly most?: number;
  /** The link ends so, within 10 s; undefined: it lives on. */
  readonly ends?: LinkEnd;
}

const anything = /./;

/** The rows, under the numbers of the list of hostile inputs that they come from. */
export const hostileRows: readonly HostileRow[] = [
  {
    id: "H1",
    what: "LCP option of length 0",
    stage: "establish",
    send: ["c02101050008010005dc"],
    answers: [/ConfRej id=0x5/],
  },
  {
    id: "H2",
    what: "LCP option of length 1",
    stage: "establish",
    send: ["c02101050008010105dc"],
    answers: [/ConfRej id=0x5/],
  },
  {
    id: "H3",
    what: "LCP option of length 40 in 4 octets",
    stage: "establish",
    send: ["c02101050008012805dc"],
    answers: [/ConfRej id=0x5/],
  },
  {
    id: "H4",
    what: "MRU option of length 3",
    stage: "establish",
    send: ["c02101050007010305"],
    answers: [/ConfRej id=0x5/],
  },
  {
    id: "H5",
    what: "length field past the end of the packet",
    stage: "establish",
    send: ["c021010500c8010405dc"],
    never: [anything],
  },
  {
    id: "H7",
    what: "packet longer than its length field",
    stage: "establish",
    send: ["c02101050008010405dcffff"],
    answers: [/ConfAck id=0x5 <mru 1500>\]/],
  },
  {
    id: "H8",
    what: "unknown option",
    stage: "establish",
    send: ["c02101050007c80300"],
    answers: [/ConfRej id=0x5/],
  },
  {
    id: "H9a",
    what: "MRU of 0",
    stage: "establish",
    send: ["c0210105000801040000"],
    answers: [/ConfNak id=0x5 <mru 128>/],
  },
  {
    id: "H9b",
    what: "MRU of 60",
    stage: "establish",
    send: ["c021010500080104003c"],
    answers: [/ConfNak id=0x5 <mru 128>/],
  },
  {
    id: "H10",
    what: "MRU of 65535",
    stage: "establish",
    send: ["c021010500080104ffff"],
    answers: [/ConfAck id=0x5/],
  },
  {
    id: "H18",
    what: "Magic-Number of 0",
    stage: "establish",
    send: ["c0210105000a050600000000"],
    answers: [/ConfNak id=0x5 <magic/],
  },
  {
    id: "H20",
    what: "the same option twice",
    stage: "establish",
    send: ["c0210105000c010404000104 0300"],
    answers: [/ConfRej id=0x5/],
  },
  {
    id: "H22",
    what: "Configure-Ack with an identifier that is not ours",
    stage: "establish",
    send: ["c02102f00004"],
    never: [anything],
  },
  {
    id: "H37a",
    what: "IPCP before LCP is open",
    stage: "establish",
    send: ["80210101000a03060a000001"],
    never: [anything],
  },
  {
    id: "H37b",
    what: "an IP packet before LCP is open",
    stage: "establish",
    send: ["002145000014000000004001000a000001"],
    never: [anything],
  },
  {
    id: "H67",
    what: "PAP asked for, no secret known",
    stage: "establish",
    words: ["noauth", "user", "nobody"],
    send: ["c021010500080304c023"],
    answers: [/ConfRej id=0x5 <auth pap>/],
  },
  {
    id: "H65",
    what: "CHAP required, the peer naks it to PAP",
    stage: "establish",
    words: ["auth", "require-chap", "name", "server"],
    send: ["c021030100080304c023"],
    never: [/auth pap/],
    ends: "peerRefusedAuthentication",
  },
  {
    id: "H31",
    what: "CHAP-MD5 Success before any Challenge",
    stage: "authenticate",
    asks: "c22305",
    send: ["c22303010004"],
    never: [/IPCP/],
  },
  {
    id: "H31b",
    what: "MS-CHAP Success before any Challenge",
    stage: "authenticate",
    asks: "c22380",
    send: ["c22303010004"],
    never: [/IPCP/],
  },
  {
    id: "H31c",
    what: "MS-CHAPv2 Success before any Challenge",
    stage: "authenticate",
    asks: "c22381",
    send: ["c22303010004"],
    never: [/IPCP/],
  },
  {
    id: "H32",
    what: "PAP Ack with an identifier that is not ours",
    stage: "authenticate",
    asks: "c023",
    send: ["c0230263000500"],
    never: [/IPCP/],
  },
  {
    id: "H29a",
    what: "CHAP Challenge without octets",
    stage: "authenticate",
    asks: "c22305",
    send: ["c2230101000500"],
    never: [/Response/],
  },
  {
    id: "H29b",
    what: "CHAP Challenge with a value past the end",
    stage: "authenticate",
    asks: "c22305",
    send: ["c22301010006ff41"],
    never: [/Response/],
  },
  {
    id: "H30",
    what: "MS-CHAPv2 Challenge of 8 octets",
    stage: "authenticate",
    asks: "c22381",
    send: ["c2230101001308010203040506070 8616161616161".replace(" ", "")],
    never: [/Response/],
  },
  {
    id: "H37c",
    what: "IPCP while we have not proven ourselves",
    stage: "authenticate",
    asks: "c22305",
    send: ["80210101000a03060a000001"],
    never: [/IPCP/],
  },
  { id: "H15a", what: "LCP code 0x50", stage: "ipcp", send: ["c02150070004"], answers: [/CodeRej/] },
  { id: "H15b", what: "LCP code 0", stage: "ipcp", send: ["c02100070004"], answers: [/CodeRej/] },
  { id: "H16a", what: "protocol 0x4025", stage: "ipcp", send: ["402501020304"], answers: [/ProtRej/] },
  { id: "H16b", what: "link quality reports", stage: "ipcp", send: ["c02501020304"], answers: [/ProtRej/] },
  {
    id: "H25a",
    what: "peer claims 0.0.0.0",
    stage: "ipcp",
    send: ["80210105000a030600000000"],
    answers: [/IPCP Conf(Rej|Nak) id=0x5/],
  },
  {
    id: "H25b",
    what: "peer claims 127.0.0.1",
    stage: "ipcp",
    send: ["80210105000a03067f000001"],
    answers: [/IPCP ConfNak id=0x5/],
  },
  {
    id: "H25c",
    what: "peer claims 255.255.255.255",
    stage: "ipcp",
    send: ["80210105000a0306ffffffff"],
    answers: [/IPCP ConfNak id=0x5/],
  },
  {
    id: "H28",
    what: "IPCP address option of length 5",
    stage: "ipcp",
    send: ["802101050009 03050a0000".replace(" ", "")],
    answers: [/IPCP ConfRej id=0x5/],
  },
  {
    id: "H59",
    what: "Protocol-Reject of LCP",
    stage: "ipcp",
    send: ["c02108050006c021"],
    ends: "protocolRejected",
  },
  {
    id: "H61",
    what: "Terminate-Request",
    stage: "ipcp",
    send: ["c02105090004"],
    answers: [/TermAck id=0x9/],
    ends: "peerTerminated",
  },
  {
    id: "H62",
    what: "Terminate-Request with escapes in its text",
    stage: "ipcp",
    send: ["c0210509000a1b5b33316d78"],
    answers: [/TermAck id=0x9/],
    ends: "peerTerminated",
  },
  {
    id: "H68",
    what: "3000 Echo-Requests at once",
    stage: "ipcp",
    send: ["c021090100080a0b0c0d"],
    times: 3000,
    answers: [/EchoRep/],
    most: 300,
  },
  {
    id: "H15c",
    what: "1000 unknown codes at once",
    stage: "ipcp",
    send: ["c02150070004"],
    times: 1000,
    most: 20,
  },
  {
    id: "H16c",
    what: "1000 unknown protocols at once",
    stage: "ipcp",
    send: ["402501020304"],
    times: 1000,
    most: 20,
  },
];
