/**
 * Names of the errors that modems give by number: 3GPP TS 27.007 §9.2 (`+CME ERROR`) and 27.005 §3.2.5 (`+CMS ERROR`).
 *
 * @module
 */

/** Rows of `number name`, the standard's words. */
const cme = `
0 phone failure
1 no connection to phone
2 phone-adaptor link reserved
3 operation not allowed
4 operation not supported
5 PH-SIM PIN required
6 PH-FSIM PIN required
7 PH-FSIM PUK required
10 SIM not inserted
11 SIM PIN required
12 SIM PUK required
13 SIM failure
14 SIM busy
15 SIM wrong
16 incorrect password
17 SIM PIN2 required
18 SIM PUK2 required
20 memory full
21 invalid index
22 not found
23 memory failure
24 text string too long
25 invalid characters in text string
26 dial string too long
27 invalid characters in dial string
30 no network service
31 network timeout
32 network not allowed - emergency calls only
40 network personalization PIN required
41 network personalization PUK required
42 network subset personalization PIN required
43 network subset personalization PUK required
44 service provider personalization PIN required
45 service provider personalization PUK required
46 corporate personalization PIN required
47 corporate personalization PUK required
48 hidden key required
49 EAP method not supported
50 incorrect parameters
51 command implemented but currently disabled
52 command aborted by user
53 not attached to network due to MT functionality restrictions
54 modem not allowed - MT restricted to emergency calls only
55 operation not allowed because of MT functionality restrictions
56 fixed dial number only allowed - called number is not a fixed dial number
57 temporarily out of service due to other MT usage
58 language/alphabet not supported
59 unexpected data value
60 system failure
61 data missing
62 call barred
63 message waiting indication subscription failure
100 unknown
103 illegal MS
106 illegal ME
107 GPRS services not allowed
108 GPRS services and non GPRS services not allowed
111 PLMN not allowed
112 location area not allowed
113 roaming not allowed in this location area
114 GPRS services not allowed in this PLMN
115 no suitable cells in location area
122 congestion
126 insufficient resources
127 missing or unknown APN
128 unknown PDP address or PDP type
129 user authentication failed
130 activation rejected by GGSN, serving GW or PDN GW
131 activation rejected, unspecified
132 service option not supported
133 requested service option not subscribed
134 service option temporarily out of order
140 feature not supported
141 semantic errors in the TFT operation
142 syntactical errors in the TFT operation
143 unknown PDP context
144 semantic errors in packet filter(s)
145 syntactical errors in packet filter(s)
146 PDP context without TFT already activated
148 unspecified GPRS error
149 PDP authentication failure
150 invalid mobile class
171 last PDN disconnection not allowed
172 semantically incorrect message
173 invalid mandatory information
174 information element non-existent or not implemented
175 conditional IE error
176 protocol error, unspecified
177 operator determined barring
178 maximum number of PDP contexts reached
179 requested APN not supported in current RAT and PLMN combination
180 request rejected, bearer control mode violation
181 invalid PTI value
`;

const cms = `
300 ME failure
301 SMS service of ME reserved
302 operation not allowed
303 operation not supported
304 invalid PDU mode parameter
305 invalid text mode parameter
310 SIM not inserted
311 SIM PIN required
312 PH-SIM PIN required
313 SIM failure
314 SIM busy
315 SIM wrong
316 SIM PUK required
317 SIM PIN2 required
318 SIM PUK2 required
320 memory failure
321 invalid memory index
322 memory full
330 SMSC address unknown
331 no network service
332 network timeout
340 no +CNMA acknowledgement expected
500 unknown error
`;

/** Names of one kind of error, both ways. */
export interface ErrorNames {
  readonly byNumber: ReadonlyMap<number, string>;
  /** By the name's letters and digits in lower case. */
  readonly byName: ReadonlyMap<string, number>;
}

/** Letters and digits alone, in lower case: modems write the same words with other blanks, dots and capitals. */
export function wordsKey(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function table(rows: string): ErrorNames {
  const byNumber = new Map<number, string>();
  const byName = new Map<string, number>();
  for (const row of rows.trim().split("\n")) {
    const blank = row.indexOf(" ");
    const number = Number(row.slice(0, blank));
    const name = row.slice(blank + 1);
    byNumber.set(number, name);
    byName.set(wordsKey(name), number);
  }
  return { byNumber, byName };
}

/** The two tables. */
export const errorNames: { readonly cme: ErrorNames; readonly cms: ErrorNames } = {
  cme: table(cme),
  cms: table(cms),
};
