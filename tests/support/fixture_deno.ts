/**
 * Starts a fixture on Deno: its name and its word are the arguments.
 *
 * @module
 */
import { openDenoHost } from "../../ffi/deno/host.ts";
import { runFixture } from "./fixtures.ts";

const host = openDenoHost({ args: [], executable: Deno.execPath() });
const [name = "", word = ""] = Deno.args;
await runFixture(host, name, word);
host.shutDown();
Deno.exit(0);
