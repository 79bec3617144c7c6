/**
 * Addresses of unix(7) sockets.
 *
 * @module
 */
import { encodeUtf8 } from "../base/text.ts";
import type { Platform } from "../host.ts";

/** linux/socket.h */
export const AF_UNIX = 1;
/** The `type` of `Host.socket` for a stream. */
export const SOCK_STREAM = 1;
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
