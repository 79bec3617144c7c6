/**
 * The network: registration that takes its time, signal that varies, access points.
 *
 * @module
 */
import { Carrier, plainCarrier } from "../../src/sim/carrier.ts";
import { inCall, plainModem, scripted, silentEcho } from "../support/modem_bench.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const slow = { ...plainCarrier, registersAfterMs: 5000 };

test("Modem searches until the network has it, and reports each step that was asked for", () => {
  const bench = silentEcho({ carrier: { ...slow, registersAfterMs: 10_000 } });
  assertEquals(bench.asks("AT+CEREG=2"), "\r\nOK\r\n");
  assertEquals(bench.asks("AT+CEREG?"), "\r\n+CEREG: 2,2\r\n\r\nOK\r\n");
  assertEquals(bench.asks("ATD*99#"), "\r\nNO CARRIER\r\n");
  assertEquals(bench.after(8000), '\r\n+CEREG: 1,"1F00","79D903",7\r\n');
  assertEquals(bench.asks("AT+CEREG?"), '\r\n+CEREG: 2,1,"1F00","79D903",7\r\n\r\nOK\r\n');
});

test("Modem is off the network with its radio off, and comes back", () => {
  const bench = silentEcho();
  assertEquals(bench.asks("AT+CFUN=4"), "\r\nOK\r\n");
  assertEquals(
    bench.asks("AT+CREG?;+CSQ;+COPS?"),
    "\r\n+CREG: 0,0\r\n\r\n+CSQ: 99,99\r\n\r\n+COPS: 0\r\n\r\nOK\r\n",
  );
  bench.asks("AT+CREG=1");
  assertEquals(
    bench.types("AT+CFUN=1\r"),
    "\r\n+CREG: 2\r\n\r\n+CREG: 1\r\n",
    "it tells of each step, however soon the next one is",
  );
  bench.after(1000);
  assertEquals(bench.asks("AT+CREG?"), "\r\n+CREG: 1,1\r\n\r\nOK\r\n");
});

test("Modem roams, or is denied, as its network says", () => {
  const roaming = silentEcho({ carrier: { ...plainCarrier, registration: "roaming" } });
  assertEquals(roaming.asks("AT+CREG?"), "\r\n+CREG: 0,5\r\n\r\nOK\r\n");
  const denied = silentEcho({ carrier: { ...plainCarrier, registration: "denied" } });
  assertEquals(denied.asks("AT+CREG?"), "\r\n+CREG: 0,3\r\n\r\nOK\r\n");
});

test("Carrier varies its signal around the middle, the same way for the same seed", () => {
  const walk = () => {
    const carrier = new Carrier(
      { ...plainCarrier, signalQuality: 15, signalVaries: 4 },
      new Uint8Array(16).fill(3),
    );
    carrier.handle({ kind: "radio", isOn: true }, 0);
    const seen: number[] = [];
    for (let now = 5000; now <= 100_000; now += 5000) {
      carrier.expire(now);
      seen.push(carrier.signalQuality);
    }
    return seen;
  };
  const seen = walk();
  assertEquals(walk(), seen);
  assert(new Set(seen).size > 4, `it hardly varies: ${seen}`);
  assert(seen.every((quality) => quality >= 11 && quality <= 19), `too far: ${seen}`);
});

test("Modem lets the right access point in alone, whatever its letters, and says why not", () => {
  const bench = silentEcho(scripted('[network]\napns = ["Internet"]'));
  bench.asks("AT+CMEE=1");
  bench.asks('AT+CGDCONT=1,"IP","elsewhere"');
  assertEquals(bench.asks("ATD*99#"), "\r\nNO CARRIER\r\n");
  assertEquals(bench.asks("AT+CGACT=1,1"), "\r\n+CME ERROR: 133\r\n");
  assertEquals(
    bench.asks("AT+CEER"),
    "\r\n+CEER: Requested service option not subscribed (#33)\r\n\r\nOK\r\n",
  );
  bench.asks('AT+CGDCONT=1,"IP","iNTERNET"');
  assertEquals(bench.asks("AT+CGACT=1,1"), "\r\nOK\r\n");
  assertEquals(bench.asks("AT+CGPADDR=1"), '\r\n+CGPADDR: 1,"10.64.0.1"\r\n\r\nOK\r\n');
  assertEquals(bench.asks("ATD*99***2#"), "\r\nNO CARRIER\r\n", "a context that is not defined");
});

test("Modem ends its call when it loses the network, and says so to who asked for packet events", () => {
  const bench = silentEcho({
    ...plainModem,
    ...scripted('ports = 2\n[[fault]]\ndo = "lose_registration"\nafter_ms = 9000'),
  });
  bench.types("AT+CGEREP=2;+CGREG=1\r", 1);
  bench.after(200);
  bench.others.clear();
  bench.asks("ATD*99#");
  assertEquals(bench.after(10_000), "<down>\r\nNO CARRIER\r\n");
  assertEquals(bench.others.get(1)?.replaceAll("\r\n", " ").trim(), "+CGREG: 2  +CGEV: NW DETACH");
  bench.after(10_000);
  assertEquals(bench.asks("AT+CGREG?"), "\r\n+CGREG: 0,1\r\n\r\nOK\r\n");
});

test("Modem finds no network before a loss is over, whatever is done to its radio", () => {
  const bench = silentEcho(
    scripted('[[fault]]\ndo = "lose_registration"\non = "command"\ncommand = "AT+CGMI"\nfor_ms = 20000'),
  );
  bench.asks("AT+CGMI");
  bench.asks("AT+CFUN=0");
  bench.asks("AT+CFUN=1");
  bench.after(10_000);
  assertEquals(bench.asks("AT+CREG?;+CSQ"), "\r\n+CREG: 0,2\r\n\r\n+CSQ: 99,99\r\n\r\nOK\r\n");
  bench.after(10_000);
  assertEquals(bench.asks("AT+CREG?;+CSQ"), "\r\n+CREG: 0,1\r\n\r\n+CSQ: 24,99\r\n\r\nOK\r\n");
});

test("Modem misses a network that was lost while its card asked for the PIN", () => {
  const bench = silentEcho(
    scripted('[sim]\npin = "1234"\n[[fault]]\ndo = "lose_registration"\nfor_ms = 20000'),
  );
  bench.asks("AT+CPIN=1234");
  assertEquals(bench.asks("AT+CREG?"), "\r\n+CREG: 0,2\r\n\r\nOK\r\n");
  bench.after(20_000);
  assertEquals(bench.asks("AT+CREG?"), "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
});

test("Modem leaves the network at +COPS=2 and comes back at +COPS=0", () => {
  const bench = inCall({ ports: 2 });
  bench.types("ATE0;+COPS=2\r", 1);
  assertEquals(bench.after(1000), "<down>\r\nNO CARRIER\r\n");
  assertEquals(bench.asks("AT+CREG?;+COPS?"), "\r\n+CREG: 0,0\r\n\r\n+COPS: 2\r\n\r\nOK\r\n");
  assertEquals(bench.asks("AT+COPS=0"), "\r\nOK\r\n");
  assertEquals(
    bench.asks("AT+CREG?;+COPS?"),
    '\r\n+CREG: 0,1\r\n\r\n+COPS: 0,0,"Simnet",7\r\n\r\nOK\r\n',
  );
});

test("Modem ends the call over a context that is switched off, let go of or detached, and says which", () => {
  const ways = ["+CGACT=0,1", "+CGDCONT=1", "+CGATT=0"];
  const reports = ["ME PDN DEACT 1", "ME PDN DEACT 1", "ME DETACH"];
  assertEquals(
    ways.map((way) => {
      const bench = inCall({ ports: 2 });
      bench.types("ATE0;+CGEREP=2\r", 1);
      bench.after(200);
      bench.others.clear();
      assertEquals(bench.types(`AT${way}\r`, 1) + bench.after(1000), "<down>\r\nNO CARRIER\r\n", way);
      return /\+CGEV: ([A-Z0-9 ]*)/.exec(bench.others.get(1) ?? "")?.[1];
    }),
    reports,
  );
});

test("Modem is detached until it is attached again, or a context needs it", () => {
  const bench = silentEcho();
  assertEquals(bench.asks("AT+CGATT=0"), "\r\nOK\r\n");
  assertEquals(bench.asks("AT+CGATT?"), "\r\n+CGATT: 0\r\n\r\nOK\r\n");
  assertEquals(bench.asks("AT+CGATT=1;+CGATT?"), "\r\n+CGATT: 1\r\n\r\nOK\r\n");
  bench.asks("AT+CGATT=0");
  assertEquals(bench.asks("AT+CGACT=1,1"), "\r\nOK\r\n");
  assertEquals(bench.asks("AT+CGATT?"), "\r\n+CGATT: 1\r\n\r\nOK\r\n");
});
