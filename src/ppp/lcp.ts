/**
 * The options of LCP: what we ask, what we think of the peer's, what is agreed. RFC 1661 §6, RFC 1662 §7, RFC 1994 §3.
 *
 * Asked in pppd's order: MRU (only when it is not 1500), ACCM, authentication, Callback, Magic-Number, PFC, ACFC. An
 * option that the peer naks too often is not asked for any more. Nothing outside this file changes this state.
 *
 * @module
 */
import { readUint16, readUint32, uint16Octets, uint32Octets, writeUint16 } from "../base/octets.ts";
import type { AuthenticationMethod } from "./auth/authentication.ts";
import type { Judgement, OptionPolicy } from "./option_policy.ts";
import { code, type ConfigurationOption } from "./packet.ts";
import { protocolNumber } from "./protocol_numbers.ts";

/** Option types, RFC 1661 §6 and RFC 1662 §7. */
export const lcpOption = {
  mru: 1,
  accm: 2,
  authentication: 3,
  quality: 4,
  magicNumber: 5,
  pfc: 7,
  acfc: 8,
  callback: 13,
} as const;

/** Smallest MRU that we accept and largest that we use, octets. */
export const MIN_MRU = 128;
/** Default of RFC 1661 §6.1, octets. */
export const DEFAULT_MRU = 1500;

/** What LCP asks for and allows. */
export interface LcpConfiguration {
  /** Octets that we want to receive at most; undefined asks for nothing. */
  readonly mru: number | undefined;
  /** Receive ACCM to ask for; undefined asks for nothing, so that all control characters stay escaped. */
  readonly accm: number | undefined;
  /** Control characters that we always escape when sending, whatever the peer asks for. */
  readonly transmitAccm: number;
  readonly magicNumber: boolean;
  readonly pfc: boolean;
  readonly acfc: boolean;
  /** Whether the peer may ask for PFC and ACFC. */
  readonly allowPfc: boolean;
  readonly allowAcfc: boolean;
  readonly allowMru: boolean;
  readonly allowAccm: boolean;
  /** Methods that the peer must prove itself by, the preferred one first; empty asks for none. */
  readonly require: readonly AuthenticationMethod[];
  /** Whether a peer that refuses all of them comes in without proof (`allow-ip`); default false. */
  readonly mayRefuse?: boolean;
  /** Methods that we agree to prove ourselves by, the preferred one first. */
  readonly allow: readonly AuthenticationMethod[];
  /** Our own Magic-Numbers that came back before the line counts as looped (pppd's `lcp-max-loops`… 10). */
  readonly maxLoops: number;
  /** Whether we ask for CBCP, or only agree to it; left out, no callback is had. RFC 1570 §2.3 */
  readonly callback?: "caller" | "answerer" | undefined;
}

/** What one direction agreed on. */
export interface LcpAgreement {
  readonly mru: number;
  readonly accm: number;
  readonly authentication: AuthenticationMethod | undefined;
  readonly magicNumber: number;
  readonly pfc: boolean;
  readonly acfc: boolean;
  /** Callback is going to be negotiated by CBCP; [MS-CBCP] 3.1.3: whichever end asked for it. */
  readonly callback: boolean;
}

const nothingAgreed: LcpAgreement = {
  mru: DEFAULT_MRU,
  accm: 0xffffffff,
  authentication: undefined,
  magicNumber: 0,
  pfc: false,
  acfc: false,
  callback: false,
};

/** Operation of the Callback option that means CBCP, [MS-CBCP] 2.2.1; 0 to 4 are RFC 1570's, and not had. */
const CBCP = 6;

const chapAlgorithms: readonly (readonly [number, AuthenticationMethod])[] = [
  [5, "chap-md5"],
  [0x80, "mschap"],
  [0x81, "mschap-v2"],
];

/** Data of an Authentication-Protocol option, RFC 1661 §6.2. */
export function emitAuthentication(method: AuthenticationMethod): Uint8Array {
  if (method === "pap") return uint16Octets(protocolNumber.pap);
  if (method === "eap") return uint16Octets(protocolNumber.eap);
  const data = new Uint8Array(3);
  writeUint16(data, 0, protocolNumber.chap);
  data[2] = chapAlgorithms.find(([, name]) => name === method)?.[0] ?? 5;
  return data;
}

/** The method an Authentication-Protocol option names; undefined for one that we do not have. */
export function parseAuthentication(data: Uint8Array): AuthenticationMethod | undefined {
  const protocol = data.length >= 2 ? readUint16(data, 0) : 0;
  if (protocol === protocolNumber.pap && data.length === 2) return "pap";
  if (protocol === protocolNumber.eap && data.length === 2) return "eap";
  if (protocol !== protocolNumber.chap || data.length !== 3) return undefined;
  return chapAlgorithms.find(([algorithm]) => algorithm === data[2])?.[1];
}

/** How often one option's value may be nakked before it is not asked for any more. */
const MOST_NAKS = 5;

/** Codes of LCP above 7 that its owner handles. RFC 1661 §5.7 to §5.9, RFC 1570 §1 and §2 */
export const lcpExtendedCodes: ReadonlySet<number> = new Set<number>([
  code.protocolReject,
  code.echoRequest,
  code.echoReply,
  code.discardRequest,
  code.identification,
  code.timeRemaining,
]);

/** See the file's head. */
export class LcpPolicy implements OptionPolicy {
  readonly #configuration: LcpConfiguration;
  readonly #randomMagic: () => number;
  #ours = nothingAgreed;
  #peers = nothingAgreed;
  #asked = { mru: false, accm: false, magicNumber: false, pfc: false, acfc: false, callback: false };
  #methods: AuthenticationMethod[] = [];
  #mru = DEFAULT_MRU;
  #accm = 0;
  #magicNumber = 0;
  #naks = new Map<number, number>();
  #loops = 0;
  #failure: string | undefined;
  #refusedAuthentication = false;
  #proposals = 0;

  /** `randomMagic` gives a fresh non-zero 32-bit number at each call. */
  constructor(configuration: LcpConfiguration, randomMagic: () => number) {
    this.#configuration = configuration;
    this.#randomMagic = randomMagic;
    this.reset();
  }

  /** What holds for packets towards us: agreed by the peer's Ack. */
  get ours(): LcpAgreement {
    return this.#ours;
  }

  /** What holds for packets towards the peer: agreed by our Ack. */
  get peers(): LcpAgreement {
    return this.#peers;
  }

  /** Why the link cannot go on. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Whether our own packets came back `maxLoops` times. */
  get isLoopedBack(): boolean {
    return this.#loops >= this.#configuration.maxLoops;
  }

  /** Whether the peer would not prove who it is, though asked. */
  get hasRefusedAuthentication(): boolean {
    return this.#refusedAuthentication;
  }

  /** Our Magic-Number, 0 while none is agreed; for Echo and the like. RFC 1661 §6.4 */
  get magicNumber(): number {
    return this.#ours.magicNumber;
  }

  /** Our Magic-Number came back in an Echo-Request or the like: one more sign of a loop. */
  countLoop(): void {
    this.#loops += 1;
    if (this.isLoopedBack) this.#failure = "Loopback detected";
  }

  /** See OptionPolicy. */
  reset(): void {
    const wanted = this.#configuration;
    this.#ours = nothingAgreed;
    this.#peers = nothingAgreed;
    this.#asked = {
      mru: wanted.mru !== undefined && wanted.mru !== DEFAULT_MRU,
      accm: wanted.accm !== undefined && wanted.accm !== 0xffffffff,
      magicNumber: wanted.magicNumber,
      pfc: wanted.pfc,
      acfc: wanted.acfc,
      callback: wanted.callback === "caller",
    };
    this.#methods = [...wanted.require];
    this.#mru = wanted.mru ?? DEFAULT_MRU;
    this.#accm = wanted.accm ?? 0xffffffff;
    this.#magicNumber = this.#randomMagic();
    this.#naks = new Map();
    this.#loops = 0;
    this.#failure = undefined;
    this.#refusedAuthentication = false;
    this.#proposals = 0;
  }

  /** See OptionPolicy. */
  request(): readonly ConfigurationOption[] {
    const options: ConfigurationOption[] = [];
    const method = this.#methods[0];
    if (this.#asked.mru) options.push({ type: lcpOption.mru, data: uint16Octets(this.#mru) });
    if (this.#asked.accm) options.push({ type: lcpOption.accm, data: uint32Octets(this.#accm) });
    if (method !== undefined) {
      options.push({ type: lcpOption.authentication, data: emitAuthentication(method) });
    }
    if (this.#asked.callback) options.push({ type: lcpOption.callback, data: Uint8Array.of(CBCP) });
    if (this.#asked.magicNumber) {
      options.push({ type: lcpOption.magicNumber, data: uint32Octets(this.#magicNumber) });
    }
    if (this.#asked.pfc) options.push({ type: lcpOption.pfc, data: new Uint8Array(0) });
    if (this.#asked.acfc) options.push({ type: lcpOption.acfc, data: new Uint8Array(0) });
    return options;
  }

  /** See OptionPolicy. */
  judge(options: readonly ConfigurationOption[]): Judgement {
    const rejected: ConfigurationOption[] = [];
    const nakked: ConfigurationOption[] = [];
    const seen = new Set<number>();
    let agreed = nothingAgreed;
    for (const option of options) {
      const verdict = seen.has(option.type) ? "reject" : this.#judgeOne(option);
      seen.add(option.type);
      if (verdict === "reject") rejected.push(option);
      else if (verdict instanceof Uint8Array) nakked.push({ type: option.type, data: verdict });
      else agreed = { ...agreed, ...verdict };
    }
    if (rejected.length > 0) return { kind: "reject", options: rejected };
    if (nakked.length > 0) return { kind: "nak", options: nakked };
    this.#peers = agreed;
    this.#loops = 0;
    return { kind: "ack" };
  }

  /** "reject", the data of a Nak, or what is agreed by it. */
  #judgeOne({ type, data }: ConfigurationOption): "reject" | Uint8Array | Partial<LcpAgreement> {
    const allowed = this.#configuration;
    switch (type) {
      case lcpOption.mru: {
        if (data.length !== 2 || !allowed.allowMru) return "reject";
        const mru = readUint16(data, 0);
        return mru < MIN_MRU ? uint16Octets(MIN_MRU) : { mru };
      }
      case lcpOption.accm: {
        if (data.length !== 4 || !allowed.allowAccm) return "reject";
        const accm = readUint32(data, 0);
        const missing = allowed.transmitAccm & ~accm;
        return missing !== 0 ? uint32Octets((allowed.transmitAccm | accm) >>> 0) : { accm };
      }
      case lcpOption.authentication:
        return this.#judgeAuthentication(data);
      case lcpOption.magicNumber: {
        if (data.length !== 4) return "reject";
        const magicNumber = readUint32(data, 0);
        if (this.#asked.magicNumber && magicNumber === this.#magicNumber) {
          this.countLoop();
          return uint32Octets(this.#randomMagic());
        }
        return magicNumber === 0 ? uint32Octets(this.#randomMagic()) : { magicNumber };
      }
      case lcpOption.pfc:
        return data.length === 0 && allowed.allowPfc ? { pfc: true } : "reject";
      case lcpOption.acfc:
        return data.length === 0 && allowed.allowAcfc ? { acfc: true } : "reject";
      case lcpOption.callback:
        if (allowed.callback === undefined || data.length === 0) return "reject";
        // Windows asks for it as the one that was called, too.
        if (data[0] === CBCP) return { callback: true };
        return allowed.callback === "caller" ? "reject" : Uint8Array.of(CBCP);
      default:
        return "reject";
    }
  }

  #judgeAuthentication(data: Uint8Array): "reject" | Uint8Array | Partial<LcpAgreement> {
    const { allow } = this.#configuration;
    if (allow.length === 0 || data.length < 2) return "reject";
    const method = parseAuthentication(data);
    if (method !== undefined && allow.includes(method)) return { authentication: method };
    // Each Nak proposes the next: a peer may know only a later one, and asks for its own again until it sees that.
    const proposed = allow[this.#proposals % allow.length] ?? "pap";
    this.#proposals += 1;
    return emitAuthentication(proposed);
  }

  /** See OptionPolicy. */
  acknowledged(): void {
    this.#ours = {
      mru: this.#asked.mru ? this.#mru : DEFAULT_MRU,
      accm: this.#asked.accm ? this.#accm : 0xffffffff,
      authentication: this.#methods[0],
      magicNumber: this.#asked.magicNumber ? this.#magicNumber : 0,
      pfc: this.#asked.pfc,
      acfc: this.#asked.acfc,
      callback: this.#asked.callback,
    };
    if (this.#configuration.require.length > 0 && this.#methods.length === 0) this.#refuseAuthentication();
  }

  /** See OptionPolicy. */
  nakked(options: readonly ConfigurationOption[]): void {
    for (const { type, data } of options) {
      const naks = (this.#naks.get(type) ?? 0) + 1;
      this.#naks.set(type, naks);
      if (type === lcpOption.authentication) this.#nakAuthentication(data);
      else if (naks > MOST_NAKS && type !== lcpOption.magicNumber) this.#drop(type);
      else if (type === lcpOption.mru && data.length === 2) this.#nakMru(readUint16(data, 0));
      else if (type === lcpOption.accm && data.length === 4) this.#nakAccm(readUint32(data, 0));
      else if (type === lcpOption.magicNumber) this.#magicNumber = this.#randomMagic();
      else if (type === lcpOption.pfc || type === lcpOption.acfc || type === lcpOption.callback) {
        this.#drop(type);
      }
    }
  }

  /** A smaller MRU than we asked for is taken, as is one up to 1500: we can always receive that. RFC 1661 §6.1 */
  #nakMru(mru: number): void {
    if (mru < MIN_MRU) return;
    if (mru > Math.max(DEFAULT_MRU, this.#configuration.mru ?? DEFAULT_MRU)) return;
    this.#mru = mru;
    this.#asked.mru = mru !== DEFAULT_MRU;
  }

  #nakAccm(accm: number): void {
    this.#accm = (this.#accm | accm) >>> 0;
    this.#asked.accm = this.#asked.accm && this.#accm !== 0xffffffff;
  }

  /** A Nak moves only inside the methods that we require. */
  #nakAuthentication(data: Uint8Array): void {
    if (this.#methods.length === 0) return;
    const offered = parseAuthentication(data);
    const at = offered === undefined ? -1 : this.#methods.indexOf(offered);
    if (at > 0 && offered !== undefined) {
      this.#methods = [offered, ...this.#methods.slice(1).filter((method) => method !== offered)];
    } else this.#methods.shift();
    if (this.#methods.length === 0) this.#refuseAuthentication();
  }

  /** Who rejects EAP may not know it; who rejects CHAP or PAP will not be asked. As pppd has it. */
  #rejectAuthentication(): void {
    this.#methods = this.#methods[0] === "eap" ? this.#methods.slice(1) : [];
    if (this.#methods.length === 0) this.#refuseAuthentication();
  }

  #refuseAuthentication(): void {
    if (this.#configuration.mayRefuse === true) return;
    this.#refusedAuthentication = true;
    this.#failure = "peer refused to authenticate";
  }

  #drop(type: number): void {
    if (type === lcpOption.mru) this.#asked.mru = false;
    if (type === lcpOption.accm) this.#asked.accm = false;
    if (type === lcpOption.magicNumber) this.#asked.magicNumber = false;
    if (type === lcpOption.pfc) this.#asked.pfc = false;
    if (type === lcpOption.acfc) this.#asked.acfc = false;
    if (type === lcpOption.callback) this.#asked.callback = false;
  }

  /** See OptionPolicy. */
  rejected(options: readonly ConfigurationOption[]): void {
    for (const { type } of options) {
      if (type === lcpOption.authentication) this.#rejectAuthentication();
      else this.#drop(type);
    }
  }
}
