/**
 * TUN interfaces: IP packets through a descriptor. Documentation/networking/tuntap.rst, linux/if_tun.h
 *
 * The interface is not persistent: the kernel removes it, its addresses and its routes when the descriptor closes, kill -9
 * included.
 *
 * @module
 */
import { type Fd, type Host, HostError } from "../host.ts";
import { abiOf } from "./abi.ts";
import { interfaceByName } from "./interface.ts";
import { Netlink } from "./netlink.ts";

const DEVICE = "/dev/net/tun";
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
/** Fail instead of attaching to an interface that somebody made before. */
const IFF_TUN_EXCL = 0x8000;
const NAME_OCTETS = 16;

/** An open TUN interface; closing `fd` removes it. */
export interface TunDevice {
  /** One read or write is one IP packet without any header before it. */
  readonly fd: Fd;
  /** The name that the interface got. */
  readonly name: string;
}

/** What stops `openTun`, with what to do about it. */
function explain(error: HostError, name: string): HostError {
  const said = (text: string) => new HostError(error.call, error.code, error.errno, text, DEVICE);
  switch (error.code) {
    case "ENOENT":
      return said(
        "No such device node: load the driver with 'modprobe tun', or make the node with 'mknod /dev/net/tun c 10 200'",
      );
    case "ENODEV":
    case "ENXIO":
      return said(
        "The kernel has no TUN driver: load it with 'modprobe tun', or use a kernel with CONFIG_TUN",
      );
    case "ENOTTY":
      return said(
        "Not the TUN driver's node: make it anew with 'rm /dev/net/tun; mknod /dev/net/tun c 10 200'",
      );
    case "EPERM":
    case "EACCES":
      return said("Not permitted: making an interface needs root or CAP_NET_ADMIN");
    case "EBUSY":
      return new HostError(error.call, error.code, error.errno, "The interface name is in use", name);
    default:
      return error;
  }
}

const missing = new Set(["ENOENT", "ENODEV", "ENXIO", "ENOTTY"]);

/** Whether `openTun` or `tunProblem` failed because this system has no TUN driver, or no node of it. */
export function isTunMissing(error: HostError): boolean {
  return error.subject === DEVICE && missing.has(error.code);
}

/** Why there can be no TUN interface here, with what to do about it; undefined where nothing speaks against it. */
export function tunProblem(host: Host): HostError | undefined {
  try {
    host.close(host.open(DEVICE, abiOf(host.platform).open.readWrite));
    return undefined;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const explained = explain(error, "");
    return isTunMissing(explained) ? explained : undefined;
  }
}

/** `struct ifreq` with a name and flags: 40 octets where pointers have 8, 32 where they have 4. */
function interfaceRequest(host: Host, name: string, flags: number): Uint8Array {
  const request = new Uint8Array(host.platform.pointerOctets === 8 ? 40 : 32);
  for (let i = 0; i < name.length; i++) request[i] = name.charCodeAt(i);
  new DataView(request.buffer).setUint16(NAME_OCTETS, flags, host.platform.littleEndian);
  return request;
}

function isInterface(host: Host, name: string): boolean {
  const netlink = new Netlink(host);
  try {
    return interfaceByName(netlink, name) !== undefined;
  } finally {
    netlink.close();
  }
}

/** The text before the first NUL. */
function nameIn(request: Uint8Array): string {
  const octets = request.subarray(0, NAME_OCTETS);
  const end = octets.indexOf(0);
  return String.fromCharCode(...octets.subarray(0, end < 0 ? NAME_OCTETS : end));
}

/**
 * Make a TUN interface. `name` is 1 to 15 octets; a `%d` in it becomes the lowest number that is free.
 *
 * Throws RangeError for a name that no interface can have, and HostError: EBUSY when the name is in use, and a text that
 * says what to do when the driver, its device node or the permission is missing. Nothing stays open then.
 */
export function openTun(host: Host, name: string): TunDevice {
  if (!/^[!-.0-9;-~]{1,15}$/.test(name) || name === "." || name === "..") {
    throw new RangeError(
      `Interface name: expected 1 to 15 printable characters without / and :, got "${name}"`,
    );
  }
  const { open, ioctl } = abiOf(host.platform);
  let fd: Fd | undefined;
  try {
    fd = host.open(DEVICE, open.readWrite);
    const request = interfaceRequest(host, name, IFF_TUN | IFF_NO_PI | IFF_TUN_EXCL);
    host.ioctl(fd, ioctl.TUNSETIFF, request);
    return { fd, name: nameIn(request) };
  } catch (error) {
    if (fd !== undefined) host.close(fd);
    if (!(error instanceof HostError)) throw error;
    const taken = error.code === "EINVAL" && isInterface(host, name);
    throw explain(taken ? new HostError(error.call, "EBUSY", 16, "") : error, name);
  }
}
