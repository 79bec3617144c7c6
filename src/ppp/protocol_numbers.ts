/**
 * PPP protocol numbers of the "PPP DLL Protocol Numbers" registry, and pppd's names for those it prints.
 *
 * @module
 */

/** Protocol field values, RFC 1661 §2. */
export const protocolNumber = {
  ip: 0x0021,
  vjCompressed: 0x002d,
  vjUncompressed: 0x002f,
  ipv6: 0x0057,
  compressedFragment: 0x00fb,
  compressed: 0x00fd,
  ipcp: 0x8021,
  ipv6cp: 0x8057,
  ccpFragment: 0x80fb,
  ccp: 0x80fd,
  ecp: 0x8053,
  lcp: 0xc021,
  pap: 0xc023,
  lqr: 0xc025,
  cbcp: 0xc029,
  chap: 0xc223,
  eap: 0xc227,
} as const;

/** Whether a protocol is one that CCP's methods may carry as network data: what MPPE encrypts. RFC 3078 §3 */
export function isNetworkData(protocol: number): boolean {
  return protocol >= 0x0021 && protocol <= 0x00fa && (protocol & 1) === 1;
}
