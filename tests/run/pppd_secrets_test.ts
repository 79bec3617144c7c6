/**
 * What the secrets files come to for who has peers prove themselves.
 *
 * @module
 */
import { encodeUtf8, fromLatin1 } from "../../src/base/text.ts";
import { HostError } from "../../src/host.ts";
import { PppdSecrets } from "../../src/run/pppd_secrets.ts";
import { stubHost, X86_64 } from "../support/stub_host.ts";
import { assertEquals, test } from "../support/test.ts";

function secrets(chap: string): PppdSecrets {
  let rest: Uint8Array = new Uint8Array(0);
  const host = stubHost({
    platform: X86_64,
    open: (path) => {
      if (path !== "/etc/ppp/chap-secrets") throw new HostError("open", "ENOENT", 2, "no such file", path);
      rest = encodeUtf8(chap);
      return 3;
    },
    read: (_fd, into) => {
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return count;
    },
    close: () => {},
    status: () => undefined,
  });
  return new PppdSecrets(host, () => {});
}

test("PppdSecrets tells whether any peer may have an IP address, by pppd's rules", () => {
  const allowed = (line: string) => secrets(line).allowsAnyAddress(fromLatin1("server"));
  for (
    const line of ["a server x *", "a * x 10.0.0.1", "a server x !10.0.0.1 *", "a b x\n* * x 10.0.0.0/8 -"]
  ) {
    assertEquals(allowed(line), true, line);
  }
  for (
    const line of ["", "a server x", "a server x -", "a server x - *", "a server x !10.0.0.1", "a b x *"]
  ) {
    assertEquals(allowed(line), false, line);
  }
});
