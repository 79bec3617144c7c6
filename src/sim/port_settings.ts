/**
 * What commands change on one port of a virtual modem. `ATZ` and `AT&F` bring the initial values back.
 *
 * @module
 */

/** See the file's head. */
export class PortSettings {
  /** ATE */
  echo = true;
  /** ATV */
  verbose = true;
  /** ATQ */
  quiet = false;
  /** AT&D, what becomes of a call when the host lets the line go: 0 nothing, 1 it is held, 2 it ends. V.250 §6.2.9 */
  lettingGo: 0 | 1 | 2 = 2;
  /** +CMEE: 0 a bare ERROR, 1 numbers, 2 words. 3GPP TS 27.007 §9.1 */
  errorFormat: 0 | 1 | 2 = 0;
  /** +CREG, +CGREG, +CEREG: the n of each. 3GPP TS 27.007 §7.2 */
  readonly registrationReports = new Map<string, number>();
  /** +COPS=3: 0 long, 1 short, 2 numeric. */
  operatorFormat: 0 | 1 | 2 = 0;
  /** +CMGF: 0 PDU, 1 text. 3GPP TS 27.005 §3.2.3 */
  messageFormat: 0 | 1 = 0;
  /** +CNMI's mt: 1 says +CMTI, 2 says +CMT with the message. 3GPP TS 27.005 §3.4.1 */
  newMessages: 0 | 1 | 2 = 0;
  /** +CSCS */
  characterSet = "GSM";
  /** +CGEREP: whether +CGEV is said. 3GPP TS 27.007 §10.1.19 */
  packetEvents = false;
  /** Settings that are kept and given back without any meaning here, by command. */
  readonly kept = new Map<string, string>();
}
