/**
 * Signal and cell as all makers' answers are brought to: physical units, unknown left out.
 *
 * @module
 */

/** Radio access technology. */
export type Technology = "gsm" | "umts" | "lte" | "nr";

/** What one cell is and how it comes in. Each value is undefined when the modem did not tell. */
export interface CellSignal {
  readonly technology?: Technology | undefined;
  /** Received power in all, dBm. */
  readonly rssi?: number | undefined;
  /** UMTS pilot: power in dBm, Ec/Io in dB. */
  readonly rscp?: number | undefined;
  readonly ecIo?: number | undefined;
  /** LTE and NR reference signal: power in dBm, quality in dB, and signal to interference and noise in dB. */
  readonly rsrp?: number | undefined;
  readonly rsrq?: number | undefined;
  readonly sinr?: number | undefined;
  /** Class of bit error rate, 0 best to 7. 3GPP TS 45.008 §8.2.4 */
  readonly bitErrorClass?: number | undefined;
  /** Mobile country and network code, digits; "01" and "001" are two networks. */
  readonly mcc?: string | undefined;
  readonly mnc?: string | undefined;
  /** Location or tracking area code. */
  readonly areaCode?: number | undefined;
  readonly cellIdentity?: number | undefined;
  /** PCI of LTE and NR, PSC of UMTS. */
  readonly physicalCell?: number | undefined;
  /** ARFCN, UARFCN, EARFCN or NR-ARFCN. */
  readonly channel?: number | undefined;
  readonly band?: number | undefined;
  /** Downlink. */
  readonly bandwidthMhz?: number | undefined;
}

/** The signal at one time. */
export interface SignalReading {
  /** The serving cell first, then others it is aggregated with, such as the NR cell beside an LTE one. Empty: no network. */
  readonly cells: readonly CellSignal[];
  /** 0 to 100, of the serving cell; undefined when not known. */
  readonly percent: number | undefined;
  /** Bodies of the commands that told, for example `+CSQ`. */
  readonly commands: readonly string[];
}
