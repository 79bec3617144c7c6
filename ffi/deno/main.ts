/**
 * The entry point on Deno: open the host, run the program, leave with its exit status.
 *
 * @module
 */
import { main } from "../../src/cli/main.ts";
import { openDenoHost } from "./host.ts";

/** How Deno is started again for a part of ourselves that runs on its own, with the permissions and flags of now. */
function self(): readonly string[] {
  const launcher = Deno.env.get("UPLINKD_LAUNCHER");
  return launcher === undefined ? [Deno.execPath()] : [launcher];
}

/** Run the program as the command line says. */
async function run(): Promise<void> {
  const host = openDenoHost({
    args: Deno.args,
    calledAs: Deno.env.get("UPLINKD_CALLED_AS"),
    self: self(),
  });
  let status = 1;
  try {
    status = await main(host);
  } catch (error) {
    host.log("error", error instanceof Error ? `${error.stack ?? error.message}` : String(error));
  }
  host.shutDown();
  Deno.exit(status);
}

await run();
