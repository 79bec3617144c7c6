/**
 * Programs that tests start as processes of their own: `fixtureArgv` of machine.ts gives the words that start one.
 *
 * @module
 */
import type { Host } from "../../src/host.ts";
import { recovery } from "../run/recovery_fixture.ts";
import { chatPlays } from "./chat_play.ts";
import { spawnUnderLimit } from "./spawn_under_limit.ts";

const fixtures: Readonly<Record<string, (host: Host, word: string) => Promise<void>>> = {
  chatPlays,
  recovery,
  spawnUnderLimit,
};

/** Run one by its name. */
export async function runFixture(host: Host, name: string, word: string): Promise<void> {
  const fixture = fixtures[name];
  if (fixture === undefined) throw new Error(`no fixture ${name}`);
  await fixture(host, word);
}
