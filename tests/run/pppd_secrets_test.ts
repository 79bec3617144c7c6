/**
 * What the secrets files come to for who has peers prove themselves.
 *
 * @module
 */
import { encodeUtf8, fromLatin1, latin1 } from "../../src/base/text.ts";
import { HostError } from "../../src/host.ts";
import { PppdSecrets } from "../../src/run/pppd_secrets.ts";
import { stubHost, X86_64 } from "../support/stub_host.ts";
import { assertEquals, test } from "../support/test.ts";

function secrets(chap: string, warnings: string[] = []): PppdSecrets {
  const files = new Map([["/etc/ppp/chap-secrets", chap], ["/etc/key", "sesame"]]);
  let rest: Uint8Array = new Uint8Array(0);
  const host = stubHost({
    platform: X86_64,
    open: (path) => {
      const text = files.get(path);
      if (text === undefined) throw new HostError("open", "ENOENT", 2, "no such file", path);
      rest = encodeUtf8(text);
      return 3;
    },
    read: (_fd, into) => {
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return count;
    },
    close: () => {},
    status: (path) => ({
      kind: "file",
      mode: path === "/etc/key" ? 0o644 : 0o600,
      uid: 0,
      gid: 0,
      sizeOctets: rest.length,
      inode: 1,
      device: 1,
      modified: 0,
    }),
  });
  return new PppdSecrets(host, (text) => void warnings.push(text));
}

test("PppdSecrets warns of a file that others can read, also where a secret is in one of its own", () => {
  const warnings: string[] = [];
  const found = secrets("a server @/etc/key *", warnings).find("chap", fromLatin1("a"), fromLatin1("server"));
  assertEquals(latin1(found?.secret ?? new Uint8Array(0)), "sesame");
  assertEquals(warnings, ["Warning - secret file /etc/key has world and/or group access"]);
});

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
