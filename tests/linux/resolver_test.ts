/**
 * /etc/ppp/resolv.conf in a scratch folder.
 *
 * @module
 */
import { readTextFile, writeFileAtomically } from "../../src/linux/files.ts";
import { applyResolvConf, planResolvConf, resolvConfText, undoResolvConf } from "../../src/linux/resolver.ts";
import { machine, withScratch } from "../support/machine.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const host = machine();
const SERVERS = [Uint8Array.of(192, 0, 2, 53), Uint8Array.of(198, 51, 100, 53)];
const TEXT = "nameserver 192.0.2.53\nnameserver 198.51.100.53\n";

test("resolvConfText has each server once, IPv6 too", () => {
  assertEquals(resolvConfText([...SERVERS, Uint8Array.of(192, 0, 2, 53)]), TEXT);
  const six = new Uint8Array(16);
  six.set([0x20, 0x01, 0x0d, 0xb8]);
  six[15] = 1;
  assertEquals(resolvConfText([six]), "nameserver 2001:db8::1\n");
  assertEquals(resolvConfText([]), "");
});

test("undoResolvConf removes what we wrote and keeps what another wrote since", async () => {
  await withScratch((folder) => {
    const path = `${folder}/resolv.conf`;
    const plan = planResolvConf(host, SERVERS, path);
    assert(plan.kind === "write");
    assertEquals(host.list(folder), [], "the plan itself wrote");
    applyResolvConf(host, plan.record);
    assertEquals(readTextFile(host, path, 1000), TEXT);
    assertEquals([undoResolvConf(host, plan.record), undoResolvConf(host, plan.record)], [true, false]);
    for (const text of ["nameserver 203.0.113.1\n", "x".repeat(10_000)]) {
      writeFileAtomically(host, path, text);
      assertEquals(undoResolvConf(host, plan.record), false);
      assertEquals(host.list(folder), ["resolv.conf"]);
    }
  });
});

test("planResolvConf leaves symbolic links, dangling ones too, and folders alone, and so does undo", async () => {
  await withScratch((folder) => {
    const path = `${folder}/resolv.conf`;
    host.symlink("nowhere", path);
    const plan = planResolvConf(host, SERVERS, path);
    assert(plan.kind === "leave" && /symbolic link/.test(plan.why));
    writeFileAtomically(host, `${folder}/nowhere`, TEXT);
    assertEquals(undoResolvConf(host, { path, text: TEXT }), false);
    assertEquals(host.list(folder).sort(), ["nowhere", "resolv.conf"]);
    host.unlink(path);
    host.makeDirectory(path, 0o755);
    assertEquals(planResolvConf(host, SERVERS, path).kind, "leave");
    assertEquals(undoResolvConf(host, { path, text: TEXT }), false);
  });
});
