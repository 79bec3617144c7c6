/**
 * What `uplinkd pppd` takes from the machine rather than from its words.
 *
 * @module
 */
import { userHome, userName } from "../../src/cli/commands/pppd_settings_of.ts";
import type { Host } from "../../src/host.ts";
import { encodeUtf8 } from "../../src/base/text.ts";
import { stubHost, X86_64 } from "../support/stub_host.ts";
import { assertEquals, test } from "../support/test.ts";

function hostOf(uid: number, passwd: string): Host {
  let rest = encodeUtf8(passwd);
  return stubHost({
    platform: X86_64,
    uid,
    env: () => "/home/mallory",
    open: () => 3,
    read: (_fd, into) => {
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return count;
    },
    close: () => {},
  });
}

test("whose words ~/.ppprc has is for /etc/passwd to say, not for HOME, which sudo may leave at another user's", () => {
  const passwd = "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n";
  assertEquals([0, 1000, 5].map((uid) => userHome(hostOf(uid, passwd))), ["/root", "/home/ann", undefined]);
  assertEquals(userHome(hostOf(0, "root:x:0:0:root::/bin/sh")), undefined);
  assertEquals([0, 1000, 5].map((uid) => userName(hostOf(uid, passwd))), ["root", "ann", "5"]);
});
