/**
 * Addresses of sockets: unix(7) and ip(7).
 *
 * @module
 */
import { encodeUtf8 } from "../base/text.ts";
import type { Platform } from "../host.ts";

/** linux/socket.h */
export const AF_UNIX = 1;
/** The `type` of `Host.socket` for a stream. */
export const SOCK_STREAM = 1;
const AF_INET = 2;
/** Octets of `sun_path`, the closing NUL among them. linux/un.h */
const PATH_OCTETS = 108;

/** `struct sockaddr_un` of a path; undefined where it is too long for one. */
export function unixAddress(
  platform: Pick<Platform, "littleEndian">,
  path: string,
): Uint8Array | undefined {
  const octets = encodeUtf8(path);
  if (octets.length >= PATH_OCTETS) return undefined;
  const address = new Uint8Array(2 + octets.length + 1);
  new DataView(address.buffer).setUint16(0, AF_UNIX, platform.littleEndian);
  address.set(octets, 2);
  return address;
}

/** `struct sockaddr_in` of an IPv4 address, a 32-bit unsigned integer, and a port. linux/in.h */
export function ipv4SocketAddress(
  platform: Pick<Platform, "littleEndian">,
  address: number,
  port: number,
): Uint8Array {
  const octets = new Uint8Array(16);
  const view = new DataView(octets.buffer);
  view.setUint16(0, AF_INET, platform.littleEndian);
  view.setUint16(2, port);
  view.setUint32(4, address);
  return octets;
}
