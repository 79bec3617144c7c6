/**
 * What a log may show of a command line.
 *
 * @module
 */
import { shownCommandLine } from "../../src/sim/shown_command.ts";
import { assertEquals, test } from "../support/test.ts";

test("shownCommandLine hides PINs and passwords however the line is written, and nothing else", () => {
  const lines: [string, string][] = [
    ["AT+CSQ;+CREG?", "AT+CSQ;+CREG?"],
    ["AT+CPIN?", "AT+CPIN?"],
    ["AT+CPIN=?", "AT+CPIN=?"],
    ["AT+CPIN=1234", "AT+CPIN=<hidden>"],
    ['at+cpin = "1234"', "at+cpin=<hidden>"],
    ["ATE0 +C PIN= 12 34;+CREG?", "ATE0;+CPIN=<hidden>;+CREG?"],
    ['AT+CPIN="12;34', "AT+CPIN=<hidden>;<hidden>"],
    ['AT+CPIN="87654321","1234"', "AT+CPIN=<hidden>"],
    ['AT+CGAUTH=1,1,"us;er","secret"', "AT+CGAUTH=<hidden>"],
    ['AT^NDISDUP=1,1,"apn","user","secret",2', "AT^NDISDUP=<hidden>"],
    ['AT+CSIM=26,"00200001083132333400000000"', "AT+CSIM=<hidden>"],
    ['AT+CLCK="SC",1,"1234"', "AT+CLCK=<hidden>"],
    ['AT+UAUTHREQ=1,1,"user","secret"', "AT+UAUTHREQ=<hidden>"],
  ];
  for (const [line, shown] of lines) assertEquals(shownCommandLine(line), shown);
});
