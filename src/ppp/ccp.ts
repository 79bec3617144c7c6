/**
 * What CCP asks for and accepts: the methods that this end can restore, in order, and those that it may send. RFC 1962
 *
 * Each direction is agreed on its own: our Configure-Request names what we receive by, the peer's what we send by; the first
 * option of an acknowledged list counts. MPPE comes alone (RFC 3078 §2): what both sides can live with is looked for, and
 * where it is required and not found, `failure` says so. Nothing outside this file changes this state.
 *
 * @module
 */
import {
  bsdOption,
  ccpLimits,
  ccpOption,
  type CompressionMethod,
  deflateOption,
  type KeyBits,
  mppeBit,
  mppeOption,
  parseMethod,
  predictor1Option,
} from "./ccp_option.ts";
import type { Judgement, OptionPolicy } from "./option_policy.ts";
import type { ConfigurationOption } from "./packet.ts";

/** Methods of one direction; 0 and false leave one out. */
export interface CompressionChoice {
  /** Window of Deflate in bits, 9 to 15. */
  readonly deflateWindowBits: number;
  /** Codes of BSD-Compress in bits, 9 to 15. */
  readonly bsdBits: number;
  readonly predictor1: boolean;
  /** MPPC without encryption; left out, no. */
  readonly mppc?: boolean;
}

/** What MPPE may be. */
export interface MppeChoice {
  /** Key lengths that are allowed, any order. */
  readonly keyBits: readonly KeyBits[];
  /** Whether keys may last for more than one packet. */
  readonly stateful: boolean;
  /** Ask for it; a peer that insists on new keys for each packet gets them. */
  readonly prefersStateful: boolean;
  /** Whether a peer that insists on MPPC gets it. */
  readonly compression: boolean;
  /** Ask for MPPC too. */
  readonly prefersCompression: boolean;
  /** Without it there is no link. */
  readonly required: boolean;
}

/** What CCP is configured to. */
export interface CcpConfiguration {
  readonly receive: CompressionChoice;
  readonly transmit: CompressionChoice;
  readonly deflateDraft: boolean;
  /** Undefined where no keys came from the authentication, or none is wanted. Then it alone is agreed. */
  readonly mppe: MppeChoice | undefined;
}

/** What was agreed: how packets come, and how they are sent; undefined for not at all. */
export interface CcpAgreement {
  readonly receive: CompressionMethod | undefined;
  readonly transmit: CompressionMethod | undefined;
}

const keyBit: Record<KeyBits, number> = {
  40: mppeBit.bits40,
  56: mppeBit.bits56,
  128: mppeBit.bits128,
};
const strongestFirst: readonly KeyBits[] = [128, 56, 40];
const KEY_BITS = mppeBit.bits40 | mppeBit.bits56 | mppeBit.bits128;
const KNOWN_BITS = KEY_BITS | mppeBit.stateless | mppeBit.compression;

/** See the file's head. */
export class CcpPolicy implements OptionPolicy {
  readonly #configuration: CcpConfiguration;
  #receive: CompressionChoice;
  #draft: boolean;
  /** Supported bits that we ask for; 0 for none. */
  #mppe = 0;
  #received: CompressionMethod | undefined;
  #transmitted: CompressionMethod | undefined;
  #askedForCompression = false;
  #askedForStateless = false;
  #failure: string | undefined;

  constructor(configuration: CcpConfiguration) {
    this.#configuration = configuration;
    this.#receive = configuration.receive;
    this.#draft = configuration.deflateDraft;
    this.reset();
  }

  /** Whether this end asks for anything: else it waits for the peer to. */
  get asks(): boolean {
    return this.request().length > 0;
  }

  /** See OptionPolicy. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Why what both ends have acknowledged may not stand; undefined where it may. */
  get objection(): string | undefined {
    return this.#failure ?? this.#lacking(this.#received) ?? this.#lacking(this.#transmitted);
  }

  /** What was agreed. Asked when both Configure-Requests are acknowledged. */
  get agreement(): CcpAgreement {
    return { receive: this.#received, transmit: this.#transmitted };
  }

  /** Of several options that are acknowledged the first is meant, as in pppd. */
  get isOrdered(): boolean {
    return true;
  }

  /** Nothing is agreed any more. */
  forget(): void {
    this.#received = this.#transmitted = undefined;
  }

  /** See OptionPolicy. */
  reset(): void {
    const { mppe, receive, deflateDraft } = this.#configuration;
    this.#receive = receive;
    this.#draft = deflateDraft;
    this.#mppe = mppe === undefined ? 0 : firstBits(mppe);
    this.#received = this.#transmitted = undefined;
    this.#askedForCompression = false;
    this.#askedForStateless = false;
    this.#failure = undefined;
  }

  /** See OptionPolicy. */
  request(): readonly ConfigurationOption[] {
    if (this.#configuration.mppe !== undefined) return this.#mppe === 0 ? [] : [mppeOption(this.#mppe)];
    const { deflateWindowBits, bsdBits, predictor1 } = this.#receive;
    const options: ConfigurationOption[] = [];
    if (deflateWindowBits > 0) {
      options.push(deflateOption(deflateWindowBits, false));
      if (this.#draft) options.push(deflateOption(deflateWindowBits, true));
    }
    if (bsdBits > 0) options.push(bsdOption(bsdBits));
    if (predictor1) options.push(predictor1Option());
    if (this.#receive.mppc === true) options.push(mppeOption(mppeBit.compression));
    return options;
  }

  /** See OptionPolicy. */
  acknowledged(options: readonly ConfigurationOption[]): void {
    this.#received = methodOf(options[0]);
    this.#failure ??= this.#lacking(this.#received);
  }

  /** See OptionPolicy. */
  nakked(options: readonly ConfigurationOption[]): void {
    for (const option of options) {
      const method = parseMethod(option);
      switch (method?.name) {
        case "mppe":
          this.#nakMppe(method.supported);
          break;
        case "deflate": {
          const ours = this.#receive.deflateWindowBits;
          const fits = method.isKnown && method.windowBits >= ccpLimits.leastWindowBits;
          const deflateWindowBits = fits ? Math.min(ours, method.windowBits) : 0;
          if (!method.draft) this.#receive = { ...this.#receive, deflateWindowBits };
          break;
        }
        case "bsd": {
          const fits = method.isKnown && method.bits >= ccpLimits.leastBsdBits;
          this.#receive = {
            ...this.#receive,
            bsdBits: fits ? Math.min(this.#receive.bsdBits, method.bits) : 0,
          };
        }
      }
    }
  }

  /** The peer would have it otherwise: the strongest key that both allow, stateful if we may, MPPC if it insists. */
  #nakMppe(theirs: number): void {
    const mppe = this.#configuration.mppe;
    if (mppe === undefined) {
      if (theirs !== mppeBit.compression) this.#receive = { ...this.#receive, mppc: false };
      return;
    }
    const key = strongest(theirs & allowedBits(mppe));
    const stateless = theirs & mppeBit.stateless;
    if (key === 0) this.#giveUp("the peer wants a key length that is not allowed here");
    else if (stateless === 0 && !mppe.stateful) {
      this.#giveUp("the peer wants stateful MPPE, which is not allowed here");
    } else {
      const compression = mppe.compression ? theirs & mppeBit.compression : 0;
      this.#mppe = key | stateless | compression;
    }
  }

  /** See OptionPolicy. */
  rejected(options: readonly ConfigurationOption[]): void {
    for (const { type } of options) {
      switch (type) {
        case ccpOption.mppe:
          this.#receive = { ...this.#receive, mppc: false };
          this.#giveUp("the peer does not encrypt");
          break;
        case ccpOption.deflate:
          this.#receive = { ...this.#receive, deflateWindowBits: 0 };
          break;
        case ccpOption.deflateDraft:
          this.#draft = false;
          break;
        case ccpOption.bsdCompress:
          this.#receive = { ...this.#receive, bsdBits: 0 };
          break;
        case ccpOption.predictor1:
          this.#receive = { ...this.#receive, predictor1: false };
      }
    }
  }

  #giveUp(why: string): void {
    this.#mppe = 0;
    if (this.#configuration.mppe?.required === true) this.#failure = `MPPE required but ${why}`;
  }

  /** What is wrong with a direction that is agreed on so. */
  #lacking(method: CompressionMethod | undefined): string | undefined {
    if (this.#configuration.mppe?.required !== true) return undefined;
    const isEncrypted = method?.name === "mppe" && method.keyBits !== undefined;
    return isEncrypted ? undefined : "MPPE required but not agreed on";
  }

  /** See OptionPolicy. */
  judge(options: readonly ConfigurationOption[]): Judgement {
    this.#transmitted = undefined;
    const rejected: ConfigurationOption[] = [];
    const nakked: ConfigurationOption[] = [];
    const seen = new Set<number>();
    const askedBefore = [this.#askedForCompression, this.#askedForStateless] as const;
    for (const option of options) {
      const verdict = seen.has(option.type) ? "reject" : this.#judgeOne(option);
      seen.add(option.type);
      if (verdict === "reject") rejected.push(option);
      else if (verdict !== "ack") nakked.push(verdict);
    }
    if (rejected.length > 0) {
      // Nothing was said about MPPE then: who asks again has not been told.
      [this.#askedForCompression, this.#askedForStateless] = askedBefore;
      return { kind: "reject", options: rejected };
    }
    const mppe = this.#configuration.mppe;
    if (mppe?.required === true && !seen.has(ccpOption.mppe)) {
      return { kind: "nak", options: [mppeOption(this.#mppe)] };
    }
    if (nakked.length > 0) return { kind: "nak", options: nakked };
    this.#transmitted = methodOf(options[0]);
    return { kind: "ack" };
  }

  #judgeOne(option: ConfigurationOption): "ack" | "reject" | ConfigurationOption {
    const { transmit, deflateDraft, mppe } = this.#configuration;
    const method = parseMethod(option);
    if (method === undefined) return "reject";
    if (method.name === "mppe") {
      if (mppe !== undefined) return this.#judgeMppe(method.supported, mppe);
      // Some routers ask for MPPE with every bit off, again and again after a Reject: nothing is what they get.
      if (method.supported === 0) return "ack";
      if (transmit.mppc !== true) return "reject";
      return method.supported === mppeBit.compression ? "ack" : mppeOption(mppeBit.compression);
    }
    if (mppe !== undefined) return "reject";
    switch (method.name) {
      case "deflate": {
        const most = transmit.deflateWindowBits;
        if (most === 0 || (method.draft && !deflateDraft)) return "reject";
        const fits = method.isKnown && method.windowBits >= ccpLimits.leastWindowBits &&
          method.windowBits <= most;
        return fits ? "ack" : deflateOption(most, method.draft);
      }
      case "bsd": {
        const most = transmit.bsdBits;
        if (most === 0) return "reject";
        const fits = method.isKnown && method.bits >= ccpLimits.leastBsdBits && method.bits <= most;
        return fits ? "ack" : bsdOption(most);
      }
      case "predictor1":
        return transmit.predictor1 ? "ack" : "reject";
    }
  }

  #statelessFor(theirs: number, mppe: MppeChoice): number {
    if ((theirs & mppeBit.stateless) === 0) return mppe.stateful ? 0 : mppeBit.stateless;
    const isRefused = mppe.prefersStateful && !this.#askedForStateless;
    this.#askedForStateless = true;
    return isRefused ? 0 : mppeBit.stateless;
  }

  #judgeMppe(theirs: number, mppe: MppeChoice): "ack" | ConfigurationOption {
    const common = theirs & allowedBits(mppe);
    const key = strongest(common !== 0 ? common : allowedBits(mppe));
    const stateless = this.#statelessFor(theirs, mppe);
    // Who asks for MPPC is first told that it can be done without; who asks again means it.
    const insists = mppe.compression && (mppe.prefersCompression || this.#askedForCompression);
    const compression = insists ? theirs & mppeBit.compression : 0;
    if ((theirs & mppeBit.compression) !== 0) this.#askedForCompression = true;
    const wanted = key | stateless | compression;
    return wanted === theirs && (theirs & ~KNOWN_BITS) === 0 ? "ack" : mppeOption(wanted);
  }
}

/** What is asked for first: as pppd does, 56 bits only where nothing else is allowed, since Linux has no such keys. */
function firstBits(mppe: MppeChoice): number {
  const all = allowedBits(mppe);
  const common = all & ~mppeBit.bits56;
  return (common === 0 ? all : common) | (mppe.prefersStateful ? 0 : mppeBit.stateless) |
    (mppe.prefersCompression ? mppeBit.compression : 0);
}

function allowedBits(mppe: MppeChoice): number {
  return mppe.keyBits.reduce((bits, each) => bits | keyBit[each], 0);
}

function strongest(bits: number): number {
  const key = strongestFirst.find((each) => (bits & keyBit[each]) !== 0);
  return key === undefined ? 0 : keyBit[key];
}

function methodOf(option: ConfigurationOption | undefined): CompressionMethod | undefined {
  const method = option === undefined ? undefined : parseMethod(option);
  switch (method?.name) {
    case "deflate":
      return { name: "deflate", windowBits: method.windowBits, draft: method.draft };
    case "bsd":
      return { name: "bsd", bits: method.bits };
    case "predictor1":
      return { name: "predictor1" };
    case "mppe":
      if (method.supported === 0) return undefined;
      return {
        name: "mppe",
        keyBits: strongestFirst.find((each) => (method.supported & keyBit[each]) !== 0),
        stateless: (method.supported & mppeBit.stateless) !== 0,
        compression: (method.supported & mppeBit.compression) !== 0,
      };
    default:
      return undefined;
  }
}
