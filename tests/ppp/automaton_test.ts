import { SeededRandom } from "../../src/base/random.ts";
import { Automaton, type Event, type State, transitions } from "../../src/ppp/automaton.ts";
import { assert, assertEquals, test } from "../support/test.ts";
import { vectorLines } from "../support/vectors.ts";

const states: readonly State[] = [
  "Initial",
  "Starting",
  "Closed",
  "Stopped",
  "Closing",
  "Stopping",
  "Req-Sent",
  "Ack-Rcvd",
  "Ack-Sent",
  "Opened",
];

/** The RFC's own table, transcribed apart from the code: rows of `EVENT entry entry …`. */
function table(): Map<string, string> {
  const cells = new Map<string, string>();
  let columns: number[] = [];
  for (const line of vectorLines("rfc1661_automaton.txt")) {
    const words = line.trim().split(/\s+/);
    if (words.every((word) => /^[0-9]$/.test(word))) columns = words.map(Number);
    else if (columns.length > 0 && words.length === columns.length + 1) {
      columns.forEach((column, i) => cells.set(`${states[column]} ${words[0]}`, words[i + 1] ?? ""));
    }
  }
  return cells;
}

test("automaton holds every cell of the table in RFC 1661 section 4.1", () => {
  const cells = table();
  assertEquals(cells.size, 160);
  for (const [key, entry] of cells) {
    const [state, event] = key.split(" ") as [State, Event];
    const cell = transitions[state][event];
    const [next, ...actions] = cell ?? [];
    const shown = cell === undefined
      ? "-"
      : [actions.join(","), states.indexOf(next ?? "Initial")].filter((part) => part !== "").join("/");
    assertEquals(shown, entry, key);
  }
});

test("automaton gives this-layer-up and this-layer-down by turns in any order of events", () => {
  const events = Object.keys(transitions["Opened"]) as Event[];
  for (let seed = 0; seed < 500; seed++) {
    const random = new SeededRandom(Uint8Array.of(seed, seed >> 8));
    const automaton = new Automaton();
    let isUp = false;
    for (let i = 0; i < 200; i++) {
      for (const action of automaton.move(events[random.uint32() % events.length] ?? "Up")) {
        if (action !== "tlu" && action !== "tld") continue;
        assertEquals(action === "tlu", !isUp, `seed ${seed}`);
        isUp = action === "tlu";
      }
      assertEquals(automaton.state === "Opened", isUp, `seed ${seed}`);
    }
  }
});

test("automaton runs its timer in the five states that wait for an answer", () => {
  const timed = new Set<State>();
  for (let seed = 0; seed < 300; seed++) {
    const random = new SeededRandom(Uint8Array.of(seed, seed >> 8, 1));
    const events = Object.keys(transitions["Opened"]) as Event[];
    const automaton = new Automaton();
    for (let i = 0; i < 50; i++) {
      automaton.move(events[random.uint32() % events.length] ?? "Up");
      if (automaton.isTimed) timed.add(automaton.state);
      else assert(!timed.has(automaton.state));
    }
  }
  assertEquals([...timed].toSorted(), ["Ack-Rcvd", "Ack-Sent", "Closing", "Req-Sent", "Stopping"]);
});
