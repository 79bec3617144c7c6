/**
 * The entry point on QuickJS: open the host, run the program, leave with its exit status.
 *
 * @module
 */
import { main } from "../../src/cli/main.ts";
import { openQuickjsHost } from "./host.ts";
import * as native from "uplinkd:host";

const host = openQuickjsHost();
main(host).then(native.exit, (error: unknown) => {
  host.log("error", `a fault of this program: ${error}; please report this line`);
  native.exit(1);
});
