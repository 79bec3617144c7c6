/**
 * The table of a channel against a transcription of its own.
 *
 * @module
 */
import { channelTransitions } from "../../src/cmux/channel.ts";
import { assertEquals, test } from "../support/test.ts";

/** Columns: closed, opening, open, closing; `c`, `o`, `O`, `x` are the states in that order; `-` cannot happen. */
const transcription = `
  Open   o:irc,sabm,rt1    o                 O               x
  Close  c                 x:irc,disc,rt1    x:irc,disc,rt1  x
  SABM   O:ua,opened       O:st1,ua,opened   O:ua            x:dm
  SABM-  c:dm              O:st1,ua,opened   O:ua            x:dm
  DISC   c:dm              c:st1,dm,refused  c:ua,peerClosed c:st1,ua,asked
  UA     c                 O:st1,opened      O               c:st1,asked
  DM     c                 c:st1,refused     c:peerClosed    c:st1,asked
  data   c:drp,dm          o:drp             O:dlv           x:drp
  TO+    -                 o:sabm,rt1        -               x:disc,rt1
  TO-    -                 c:disc,noReply    -               c:asked
  Down   c                 c:st1,multiplexerEnded c:multiplexerEnded c:st1,multiplexerEnded
`;

test("channelTransitions equal a second transcription, cell by cell", () => {
  const states = { c: "closed", o: "opening", O: "open", x: "closing" } as const;
  const columns = Object.values(states);
  let cells = 0;
  for (const line of transcription.trim().split("\n")) {
    const [event = "", ...row] = line.trim().split(/\s+/);
    for (const [at, cell] of row.entries()) {
      const [next = "", actions = ""] = cell.split(":");
      const expected = cell === "-"
        ? undefined
        : [states[next as keyof typeof states], ...actions.split(",").filter((each) => each !== "")];
      const state = columns[at] ?? "closed";
      const actual = channelTransitions[state][event as keyof (typeof channelTransitions)["closed"]];
      assertEquals(actual, expected, `${state}, ${event}`);
      cells += 1;
    }
  }
  assertEquals(cells, Object.values(channelTransitions).flatMap((each) => Object.keys(each)).length);
});
