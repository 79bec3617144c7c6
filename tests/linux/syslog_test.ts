/**
 * Lines for the system's log.
 *
 * @module
 */
import { decodeUtf8 } from "../../src/base/text.ts";
import { facility, severity, Syslog } from "../../src/linux/syslog.ts";
import { failing, stubHost, X86_64 } from "../support/stub_host.ts";
import { assertEquals, test } from "../support/test.ts";

test("Syslog writes lines with facility, severity, name and process, over one socket", () => {
  const said: string[] = [];
  const calls: string[] = [];
  const host = stubHost({
    platform: X86_64,
    pid: 42,
    socket: (domain, type) => calls.push(`socket ${domain} ${type}`),
    connect: (_, address) => calls.push(`connect ${decodeUtf8(address.subarray(2))}`) > 0,
    write: (_, octets) => said.push(decodeUtf8(octets)),
    close: () => calls.push("close"),
  });
  const log = new Syslog(host, "chat", facility.local2);
  log.write(severity.info, "send (ATZ^M)");
  log.write(severity.error, "Failed");
  log.close();
  log.close();
  assertEquals(said, ["<150>chat[42]: send (ATZ^M)", "<147>chat[42]: Failed"]);
  assertEquals(calls, ["socket 1 2", "connect /dev/log\0", "close"]);
});

test("Syslog is silent where nobody listens, and leaves no descriptor open", () => {
  let open = 0;
  const host = stubHost({
    platform: X86_64,
    socket: () => ++open,
    connect: failing("connect", "ENOENT"),
    close: () => {
      open -= 1;
    },
  });
  const log = new Syslog(host, "chat", facility.local2);
  log.write(severity.info, "one");
  log.write(severity.info, "two");
  log.close();
  assertEquals(open, 0);
});
