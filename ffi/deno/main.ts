/**
 * The entry point on Deno: open the host, run the program, leave with its exit status.
 *
 * @module
 */
import { main } from "../../src/cli/main.ts";
import { openDenoHost } from "./host.ts";

/** Run the program as the command line says. */
async function run(): Promise<void> {
  const host = openDenoHost({ args: Deno.args, executable: Deno.execPath() });
  let status = 1;
  try {
    status = await main(host);
  } catch (error) {
    const [what, place = ""] = error instanceof Error
      ? (error.stack ?? error.message).split("\n")
      : [String(error)];
    host.log("error", `a fault of this program: ${what} ${place.trim()}`);
  }
  host.shutDown();
  Deno.exit(status);
}

await run();
