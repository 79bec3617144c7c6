/**
 * Chat scripts that people use, as they were published, and what a modem says to each. Where a source is a shell script, the words
 * are those that its shell makes.
 *
 * @module
 */
import type { Play, Turn } from "../support/chat_play.ts";

const ok = (command: string): Turn => ({ after: `${command}\r`, say: `${command}\r\r\nOK\r\n` });
const says = (command: string, say: string): Turn => ({ after: `${command}\r`, say: `${command}\r${say}` });

/** OpenWrt, package/network/utils/comgt/files/3g.chat, commit 405e21d1. */
const OPENWRT_3G = `ABORT   BUSY
ABORT   'NO CARRIER'
ABORT   ERROR
REPORT  CONNECT
TIMEOUT 10
""      "AT&F"
OK      "ATE1"
OK      'AT+CGDCONT=1,"IP","$USE_APN"'
SAY     "Calling UMTS/GPRS"
TIMEOUT 30
OK      "ATD*99***1#"
CONNECT ' '
`;

/** The same, evdo.chat, as coolsnowwolf/lede has it, commit 2084fd20. */
const OPENWRT_EVDO = `# This is a simple chat script based off of the one provided by Sierra Wireless
# for CDMA connections.  It should work for both Sprint and Verizon networks.

ABORT\tBUSY
ABORT \t'NO CARRIER'
ABORT\tERROR
ABORT \t'NO DIAL TONE'
ABORT \t'NO ANSWER'
ABORT \tDELAYED
REPORT\tCONNECT
TIMEOUT\t10
'' \t\tAT
OK \t\tATZ
SAY     'Calling CDMA/EVDO'
TIMEOUT\t30
OK\t\tATDT#777
CONNECT\t''
`;

/** Debian's package ppp, /etc/chatscripts/gprs and /etc/chatscripts/provider, without most of their comments, and filled in. */
const DEBIAN_GPRS = `# You can use this script unmodified to connect to cellular networks.

ABORT\t\tBUSY
ABORT\t\tVOICE
ABORT\t\t"NO CARRIER"
ABORT\t\t"NO DIALTONE"
ABORT\t\t"NO DIAL TONE"
ABORT\t\t"NO ANSWER"
ABORT\t\t"DELAYED"
ABORT\t\t"ERROR"

# cease if the modem is not attached to the network yet
ABORT\t\t"+CGATT: 0"

""\t\tAT
TIMEOUT\t\t12
OK\t\tATH
OK\t\tATE1

# +CPIN provides the SIM card PIN
#OK\t\t"AT+CPIN=1234"

OK\t\tAT+CGDCONT=1,"IP","\\T","",0,0
OK\t\tATD*99#
TIMEOUT\t\t22
CONNECT\t\t""
`;

const DEBIAN_PROVIDER = `ABORT        BUSY
ABORT        "NO CARRIER"
ABORT        VOICE
ABORT\t     "NO DIALTONE"
""           ATZW2
OK           ATDT5551212
ogin         george
word         \\qgracie
`;

/** ppp 2.4.9, scripts/ppp-on-dialer, with the variables that it is given. */
const PPP_ON_DIALER = [
  ...["TIMEOUT", "3", "ABORT", "\\nBUSY\\r", "ABORT", "\\nNO ANSWER\\r"],
  ...["ABORT", "\\nRINGING\\r\\n\\r\\nRINGING\\r", "", "rAT", "OK-+++\\c-OK", "ATH0", "TIMEOUT", "30"],
  ...["OK", "ATDT555-1212", "CONNECT", "", "ogin:--ogin:", "george", "assword:", "gracie"],
];

/** The same, scripts/callback: dial, say who we are, and wait for the modem to be called. */
const CALLBACK_REQUEST = [
  ...["TIMEOUT", "3", "ABORT", "\\nBUSY\\r", "ABORT", "\\nNO ANSWER\\r"],
  ...["ABORT", "\\nRINGING\\r\\n\\r\\nRINGING\\r", "", "AT", "OK-+++\\c-OK", "AT&C0&D2S0=0H0"],
  ...["TIMEOUT", "30", "OK", "ATDT555-1212", "CONNECT", "", "assword:", "modem_identifier"],
  "\\nNO CARRIER\\r",
];
const CALLBACK_ANSWER = [
  ...["TIMEOUT", "30", "ABORT", "\\nVOICE\\r", "\\nRING\\r", "AT&C1A", "CONNECT", "", "TIMEOUT", "10"],
  ...["ogin:--ogin:", "my_account_name", "TIMEOUT", "45", "assword:", "my_password"],
];

/** A script that waits for RING to answer. */
const ANSWER = `ABORT "NO CARRIER"
TIMEOUT 5
"" +++ATZ
OK ATE1Q0&C1&S0
TIMEOUT 60
RING ATA
CONNECT ""
`;

/** archive.alrecreation.com, helpdesk/unix/linux/network/ppp/chatscript.html. */
const HELPDESK = `ABORT "NO CARRIER"
ABORT "NO DIALTONE"
ABORT "ERROR"
ABORT "NO ANSWER"
ABORT "BUSY"
ABORT "Username/Password Incorrect"
TIMEOUT 4
"" "AT"
'OK-\\d\\d+++\\d\\d\\c-OK' "ATH0"
OK "ATDT5551212"
CONNECT "\\c"
`;

/** docs.oracle.com, 819-1634: "Basic Modem Chat Script". */
const SUN_BASIC = `ABORT   BUSY
ABORT   'NO CARRIER'
REPORT  CONNECT
TIMEOUT 10
"" AT&F1M0&M5S2=255
SAY     "Calling myserver\\n"
TIMEOUT 60
OK      "ATDT1-123-555-1212"
ogin: pppuser
ssword: \\q\\U
% pppd
`;

/** docs.oracle.com, 819-1634: "Modem Chat Script for Calling an ISP". */
const SUN_ISP = `ABORT   BUSY
ABORT   'NO CARRIER'
REPORT  CONNECT
TIMEOUT 10
"" AT&F1M0&M5S2=255
SAY     "Calling myisp\\n"
TIMEOUT 60
OK      "ATDT1-123-555-1212"
CONNECT \\c
\\r \\d\\c
SAY "Connected; running PPP\\n"
`;

/** lfix.co.uk/oliver/ppp.chat.html. */
const LFIX =
  "ABORT BUSY ABORT 'NO CARRIER' '' AT OK-AT-OK AT\\&F\\&D0\\&B1\\&H1\\&R2\\&C1\\&D2 OK ATDT0345678666 CONNECT '' " +
  "ogin: \\qusername word: \\qpassword\n";

/** FreeBSD, share/examples/pppd/chat.sh.sample. */
const FREEBSD = [
  ...["ABORT", "ERROR", "ABORT", "NO DIALTONE", "TIMEOUT", "1", "", "AT", "OK", "at&f", "OK-+++-", "ATH"],
  ...["ABORT", "BUSY", "ABORT", "NO ANSWER", "ABORT", "NO CARRIER", "OK", "ATDP1234567", "TIMEOUT", "70"],
  ...["ogin:", "username", "word:", "pasword", "TIMEOUT", "50", "PPP", "\\c"],
];

/** zikusooka/Jambula-TV, bin/jambulatv-ppp-chat, shortened. */
const JAMBULA = [
  ...["ECHO", "OFF", "REPORT", "CONNECT", "ABORT", "\\nBUSY\\r", "ABORT", "\\nERROR\\r", "", "ATE1"],
  ...[
    "SAY",
    "Setting the network mode parameters",
    "OK",
    "AT\\^SYSCFG=$NETWORK",
    "SAY",
    "Dialing $ISP ...\\n",
  ],
  ...["OK", "ATD*99#", "TIMEOUT", "60", "CONNECT", "", "SAY", "Connected", "", "AT\\^DSFLOWRPT"],
];

/** chat(8), HANGUP; the words of its example. */
const MANUAL_HANGUP = `ABORT   'BUSY'
''      ATZ
OK\\r\\n  ATD1234567
\\r\\n    \\c
CONNECT \\c
'Callback login:' call_back_ID
HANGUP OFF
ABORT "Bad Login"
'Callback Password:' Call_back_password
TIMEOUT 120
CONNECT \\c
HANGUP ON
ABORT "NO CARRIER"
ogin:--BREAK--ogin: real_account
`;

const verbose = ["-v", "-s", "-S"];

/** Each to be played with any chat. */
export const publicScripts: readonly Play[] = [
  {
    name: "OpenWrt's 3g.chat",
    words: ["-t5", "-v", "-E", "-s", "-S", "-f", "{folder}/3g.chat"],
    files: { "3g.chat": OPENWRT_3G },
    environment: ["USE_APN=internet.example"],
    modem: [
      ok("AT&F"),
      ok("ATE1"),
      ok('AT+CGDCONT=1,"IP","internet.example"'),
      says("ATD*99***1#", "\r\nCONNECT 21600000\r\n"),
    ],
  },
  {
    name: "OpenWrt's 3g.chat where the network refuses",
    words: ["-t5", "-v", "-E", "-s", "-S", "-f", "{folder}/3g.chat"],
    files: { "3g.chat": OPENWRT_3G },
    modem: [ok("AT&F"), ok("ATE1"), ok('AT+CGDCONT=1,"IP",""'), says("ATD*99***1#", "\r\nNO CARRIER\r\n")],
  },
  {
    name: "OpenWrt's evdo.chat",
    words: [...verbose, "-f", "{folder}/evdo.chat"],
    files: { "evdo.chat": OPENWRT_EVDO },
    modem: [ok("AT"), ok("ATZ"), says("ATDT#777", "\r\nCONNECT 3100000\r\n")],
  },
  {
    name: "Debian's gprs",
    words: [...verbose, "-T", "web.example", "-f", "{folder}/gprs"],
    files: { gprs: DEBIAN_GPRS },
    modem: [
      ok("AT"),
      ok("ATH"),
      ok("ATE1"),
      ok('AT+CGDCONT=1,"IP","web.example","",0,0'),
      says("ATD*99#", "\r\nCONNECT\r\n"),
    ],
  },
  {
    name: "Debian's gprs where the modem has no network",
    words: [...verbose, "-f", "{folder}/gprs"],
    files: { gprs: DEBIAN_GPRS },
    modem: [ok("AT"), says("ATH", "\r\n+CGATT: 0\r\nOK\r\n")],
  },
  {
    name: "Debian's provider",
    words: [...verbose, "-f", "{folder}/provider"],
    files: { provider: DEBIAN_PROVIDER },
    modem: [
      ok("ATZW2"),
      says("ATDT5551212", "\r\nCONNECT 9600\r\nlogin: "),
      { after: "george\r", say: "Password: " },
    ],
  },
  {
    name: "ppp-on-dialer with a modem that must be woken",
    words: [...verbose, ...PPP_ON_DIALER],
    modem: [
      { after: "+++", say: "\r\nOK\r\n" },
      ok("ATH0"),
      says("ATDT555-1212", "\r\nCONNECT 2400\r\n"),
      { after: "\r", say: "\r\nlogin: " },
      { after: "george\r", say: "Password: " },
    ],
  },
  {
    name: "callback: the request",
    words: [...verbose, ...CALLBACK_REQUEST],
    modem: [
      ok("AT"),
      ok("AT&C0&D2S0=0H0"),
      says("ATDT555-1212", "\r\nCONNECT\r\n"),
      { after: "\r", say: "Password: " },
      { after: "modem_identifier\r", say: "\r\nNO CARRIER\r\n" },
    ],
  },
  {
    name: "callback: the answer",
    words: [...verbose, ...CALLBACK_ANSWER],
    modem: [
      { after: "", say: "\r\nRING\r\n" },
      says("AT&C1A", "\r\nCONNECT 14400\r\n"),
      { after: "\r", say: "\r\nWelcome\r\nlogin: " },
      { after: "my_account_name\r", say: "Password: " },
    ],
  },
  {
    name: "waiting for RING to answer a callback",
    words: [...verbose, "-f", "{folder}/answer"],
    files: { answer: ANSWER },
    modem: [
      ok("+++ATZ"),
      says("ATE1Q0&C1&S0", "\r\nOK\r\n\r\nRING\r\n"),
      says("ATA", "\r\nCONNECT 33600\r\n"),
    ],
  },
  {
    name: "waiting for RING, and the caller is gone",
    words: [...verbose, "-f", "{folder}/answer"],
    files: { answer: ANSWER },
    modem: [ok("+++ATZ"), says("ATE1Q0&C1&S0", "\r\nOK\r\n\r\nRING\r\n"), says("ATA", "\r\nNO CARRIER\r\n")],
  },
  {
    name: "a helpdesk's script",
    words: [...verbose, "-f", "{folder}/script"],
    files: { script: HELPDESK },
    modem: [ok("AT"), ok("ATH0"), says("ATDT5551212", "\r\nCONNECT 28800/V34\r\n")],
  },
  {
    name: "Sun's basic script",
    words: [...verbose, "-U", "hello2u2", "-r", "{folder}/report", "-f", "{folder}/script"],
    files: { script: SUN_BASIC },
    modem: [
      ok("AT&F1M0&M5S2=255"),
      says("ATDT1-123-555-1212", "\r\nCONNECT 33600/ARQ\r\n\r\nlogin: "),
      { after: "pppuser\r", say: "Password: " },
      { after: "hello2u2\r", say: "\r\nmyserver% " },
    ],
  },
  {
    name: "Sun's script for an ISP",
    words: [...verbose, "-f", "{folder}/script"],
    files: { script: SUN_ISP },
    modem: [ok("AT&F1M0&M5S2=255"), says("ATDT1-123-555-1212", "\r\nCONNECT 33600/ARQ\r\n")],
  },
  {
    name: "all on one line, with passwords hidden",
    words: [...verbose, "-f", "{folder}/script"],
    files: { script: LFIX },
    modem: [
      ok("AT"),
      ok("AT&F&D0&B1&H1&R2&C1&D2"),
      says("ATDT0345678666", "\r\nCONNECT\r\n"),
      { after: "\r", say: "login: " },
      { after: "username\r", say: "Password: " },
    ],
  },
  {
    name: "FreeBSD's sample",
    words: [...verbose, ...FREEBSD],
    modem: [
      ok("AT"),
      { after: "at&f\r", say: "" },
      { after: "+++\r", say: "" },
      { after: "ATH\r", say: "ATH\r\r\nOK\r\n" },
      says("ATDP1234567", "\r\nCONNECT\r\nlogin: "),
      { after: "username\r", say: "Password: " },
      { after: "pasword\r", say: "\r\nPPP session\r\n" },
    ],
  },
  {
    name: "Jambula's, with ECHO and -V",
    words: ["-EVv", "-s", "-S", ...JAMBULA],
    environment: ["NETWORK=2,2,3FFFFFFF,1,2", "ISP=MTN"],
    modem: [ok("ATE1"), ok("AT^SYSCFG=2,2,3FFFFFFF,1,2"), says("ATD*99#", "\r\nCONNECT 7200000\r\n")],
  },
  {
    name: "the manual's HANGUP",
    words: [...verbose, "-f", "{folder}/script"],
    files: { script: MANUAL_HANGUP },
    modem: [
      ok("ATZ"),
      says("ATD1234567", "\r\n\r\nCONNECT\r\nCallback login:"),
      { after: "call_back_ID\r", say: "\r\nCallback Password:" },
      {
        after: "Call_back_p",
        signal: "SIGHUP",
      },
      {
        after: "assword\r",
        pauseMs: 500,
        say: "\r\nNO CARRIER\r\n\r\nRING\r\nCONNECT\r\nlogin:",
      },
    ],
  },
];
