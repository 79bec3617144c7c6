/**
 * What is written down of PINs, with several programs at it and a file that is not as it was left.
 *
 * @module
 */
import { HostError } from "../../src/host.ts";
import { openFlags } from "../../src/linux/abi.ts";
import { writeFileAtomically } from "../../src/linux/files.ts";
import { PinLedger } from "../../src/run/pin_ledger.ts";
import { machine, withScratch } from "../support/machine.ts";
import { assert, assertEquals, kernelTest } from "../support/test.ts";

kernelTest("a ledger of PINs that two programs have open loses nothing of either", async () => {
  await withScratch((folder) => {
    const path = `${folder}/state/pins`;
    const [one, other] = [new PinLedger(machine(), path), new PinLedger(machine(), path)];
    const word = one.fingerprint("1234");
    assert(word !== undefined && /^[0-9a-f]{40}$/.test(word), word);
    assertEquals([other.fingerprint("1234"), other.fingerprint("1235") === word], [word, false]);
    assertEquals([one.recall("pins"), one.remember("pins", "a", undefined)], [undefined, true]);
    // The other has not seen it: it has to look first.
    assertEquals([other.remember("pins", "b", undefined), other.recall("pins")], [false, "a"]);
    assertEquals([other.remember("pins", "a;b", "a"), one.recall("pins")], [true, "a;b"]);
    assertEquals([one.remember("pins", undefined, "a;b"), one.recall("pins")], [true, undefined]);
    assertEquals(one.fingerprint("1234"), word);
    assertEquals(machine().list(`${folder}/state`), ["pins"]);
    return Promise.resolve();
  });
});

kernelTest("a ledger of PINs that another program is writing keeps nothing until it has", async () => {
  await withScratch((folder) => {
    const host = machine();
    const ledger = new PinLedger(host, `${folder}/pins`);
    const busy = host.open(folder, openFlags(host.platform).readOnly);
    assert(host.lock(busy));
    assertEquals([ledger.fingerprint("1234"), ledger.remember("pins", "a", undefined)], [undefined, false]);
    host.close(busy);
    assert(ledger.fingerprint("1234") !== undefined && ledger.remember("pins", "a", undefined));
    return Promise.resolve();
  });
});

kernelTest("a ledger of PINs that is damaged is not taken for an empty one", async () => {
  await withScratch((folder) => {
    const host = machine();
    const path = `${folder}/pins`;
    const ledger = new PinLedger(host, path);
    for (const text of ["pins\twrong 11 unknown 3\n", "key\t12\npins\ta\n", "\0\0\0"]) {
      writeFileAtomically(host, path, text);
      for (const act of [() => ledger.recall("pins"), () => ledger.fingerprint("1234")]) {
        let error: unknown;
        try {
          act();
        } catch (thrown) {
          error = thrown;
        }
        assert(error instanceof HostError && error.message.includes(path), String(error));
      }
    }
    return Promise.resolve();
  });
});
