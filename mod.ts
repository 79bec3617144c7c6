/**
 * uplinkd for those who embed it: the PPP machines and what they are made of. Run with Deno, it starts the program.
 *
 * @module
 */
export type { Host, Interest, Wakeup } from "./src/host.ts";
export { HostError } from "./src/host.ts";
export { earliest, type Machine, type Malformed, type Note } from "./src/machine.ts";
export { encodeFrame, escapesFor, FrameDecoder, type TransmitFormat } from "./src/ppp/hdlc.ts";
export { Link } from "./src/ppp/link.ts";
export type { LinkConfiguration, LinkEnd, LinkInput, LinkOutput } from "./src/ppp/link_configuration.ts";
export { printPacket } from "./src/ppp/print.ts";

if (import.meta.main) await import("./ffi/deno/main.ts");
