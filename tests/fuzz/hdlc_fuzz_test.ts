/**
 * Property tests of framing and printing: any octets, any cut.
 *
 * @module
 */
import fc from "fast-check";
import { encodeFrame, escapesFor, FrameDecoder } from "../../src/ppp/hdlc.ts";
import { printPacket } from "../../src/ppp/print.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const RUNS = { numRuns: 100_000 };

test("FrameDecoder takes any octets and then the next frame", () => {
  const good = Uint8Array.of(0x00, 0x21, 0x45);
  const into = new Uint8Array(32);
  const end = encodeFrame(good, { escapes: escapesFor(0xffffffff), pfc: false, acfc: false }, into);
  const octet = fc.oneof(fc.constantFrom(0x7e, 0x7d, 0xff, 0x03), fc.nat(255));
  fc.assert(
    fc.property(fc.array(octet, { maxLength: 60 }), fc.constantFrom(0, 0xffffffff), (junk, accm) => {
      const decoder = new FrameDecoder({ mostInformation: 20 });
      decoder.receiveAccm = accm;
      decoder.feed(Uint8Array.from(junk));
      for (let packet = decoder.next(); packet !== undefined; packet = decoder.next()) {
        assert(packet.length >= 2 && packet.length <= 22);
      }
      decoder.feed(into.subarray(0, end));
      assertEquals(decoder.next(), good);
    }),
    RUNS,
  );
});

test("printPacket takes any octets and prints one bounded line of printable ASCII", () => {
  const protocols = [0xc021, 0x8021, 0x8057, 0x80fd, 0xc023, 0xc223, 0xc227, 0xc029, 0x0021];
  fc.assert(
    fc.property(fc.constantFrom(...protocols), fc.uint8Array({ maxLength: 80 }), (protocol, rest) => {
      const printed = printPacket(Uint8Array.of(protocol >> 8, protocol & 0xff, ...rest));
      assert(/^[ -~]*$/.test(printed) && printed.length < 1000, printed);
    }),
    RUNS,
  );
});

test("FrameDecoder gives back any packet that was framed with its FCS, cut anywhere, under any ACCM", () => {
  const decoders = [0, 0xffffffff, 0x000a0000].map((accm) => {
    const decoder = new FrameDecoder({ mostInformation: 100 });
    decoder.receiveAccm = accm;
    return { decoder, format: { escapes: escapesFor(accm, [0x91]), pfc: accm === 0, acfc: accm === 0 } };
  });
  const into = new Uint8Array(400);
  fc.assert(
    fc.property(
      fc.nat(2),
      fc.uint8Array({ minLength: 1, maxLength: 90 }),
      fc.nat(400),
      (which, information, cut) => {
        const { decoder, format } = decoders[which] ?? decoders[0] ?? fail();
        const packet = Uint8Array.of(0xc0, 0x21, ...information);
        const end = encodeFrame(packet, format, into);
        const at = Math.min(cut, end);
        decoder.feed(into.subarray(0, at));
        const first = decoder.next()?.slice();
        decoder.feed(into.subarray(at, end));
        assertEquals(first ?? decoder.next(), packet);
        assertEquals(decoder.next(), undefined);
      },
    ),
    RUNS,
  );
});

function fail(): never {
  throw new Error("no decoder");
}
