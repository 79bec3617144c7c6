/**
 * `uplinkd demo`: a virtual modem is dialled, a PPP link comes up, pings go through it; each step is drawn as it happens.
 *
 * As root it starts itself again in a network namespace of its own, with a real interface and the system's ping(8); else, or
 * where those are missing, the pings are made inside the program, over the same link and the same pty.
 *
 * @module
 */
import { formatIpv4 } from "../../base/inet.ts";
import { type Fd, type Host, HostError, type Interest, type Wakeup } from "../../host.ts";
import { findPing, type PingTally } from "../../run/demo/pings.ts";
import {
  type DemoFailure,
  type DemoFault,
  DemoService,
  type DemoStep,
  type DemoStepName,
} from "../../run/demo/service.ts";
import { hostWords } from "../../run/host_words.ts";
import { runLoop, type Service } from "../../run/loop.ts";
import { Drawing } from "../drawing.ts";
import { answered, printAnswer, printLines } from "../print_lines.ts";

interface Words {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly inside: boolean;
  readonly fault: DemoFault | undefined;
  /** Set by ourselves, in the namespace. */
  readonly inNamespace: boolean;
}

const faults: readonly DemoFault[] = ["password", "carrier", "silence"];
const SCHEMA = 1;
const IN_NAMESPACE = "--in-namespace";

const usage = [
  "usage: uplinkd demo [--json] [--verbose] [--inside] [--fault WHAT]",
  "",
  "Dials a virtual modem, brings a PPP link up through it and pings across it. No hardware is needed, no",
  "configuration is read, and nothing on this machine is changed.",
  "",
  "  --json        one JSON object at the end instead of the drawing",
  "  --verbose     also what is said to the modem, and the notes of the link",
  "  --inside      as root too, make the pings inside the program",
  "  --fault WHAT  let something go wrong: password, carrier (the call does not get through), or",
  "                silence (pings are not answered)",
  "",
  "Exit status: 0 when pings came back, 1 when they did not, 2 for words that are not known.",
];

/** Show a link coming up; its exit status. */
export async function demo(host: Host, args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    return printAnswer(host, usage);
  }
  const words = parse(args);
  if (typeof words === "string") {
    printLines(host, 2, [`uplinkd demo: ${words}; try: uplinkd demo --help`]);
    return 2;
  }
  if (words.inNamespace) return await show(host, words, findPing(host), undefined);
  if (words.inside) return await show(host, words, undefined, "asked for by --inside");
  if (host.effectiveUid !== 0) return await show(host, words, undefined, "not root");
  const missing = await whatIsMissing(host);
  if (missing !== undefined) return await show(host, words, undefined, missing);
  const child = new Child(host, [...unshare(host), ...host.self, "demo", ...args, IN_NAMESPACE], [0, 1, 2]);
  await runLoop(host, child);
  return child.status;
}

function parse(args: readonly string[]): Words | string {
  const words = {
    json: false,
    verbose: false,
    inside: false,
    fault: undefined as DemoFault | undefined,
    inNamespace: false,
  };
  for (let at = 0; at < args.length; at++) {
    const word = args[at];
    if (word === "--json") words.json = true;
    else if (word === "--verbose") words.verbose = true;
    else if (word === "--inside") words.inside = true;
    else if (word === IN_NAMESPACE) words.inNamespace = true;
    else if (word === "--fault") {
      at += 1;
      words.fault = faults.find((each) => each === args[at]);
      if (words.fault === undefined) return `--fault: expected ${faults.join(", ")}, got "${args[at] ?? ""}"`;
    } else return `unknown word "${word}"`;
  }
  return words;
}

/** The program and its words that start another one in a network namespace of its own; empty when it is not installed. */
function unshare(host: Host): string[] {
  const path = ["/usr/bin/unshare", "/bin/unshare"].find((each) => host.status(each) !== undefined);
  return path === undefined ? [] : [path, "--net"];
}

async function whatIsMissing(host: Host): Promise<string | undefined> {
  if (host.status("/dev/net/tun") === undefined) return "this system has no /dev/net/tun";
  if (findPing(host) === undefined) return "ping is not installed";
  const prefix = unshare(host);
  if (prefix.length === 0) return "unshare is not installed";
  const trial = new Child(host, [...prefix, "/bin/true"], [undefined, undefined, undefined]);
  await runLoop(host, trial);
  return trial.status === 0 ? undefined : "a network namespace of its own is not allowed here";
}

/** A child that we wait for, and to which signals go on. */
class Child implements Service {
  readonly deadline = undefined;
  readonly #host: Host;
  readonly #pid: number;
  #status: number | undefined;

  constructor(host: Host, argv: readonly string[], descriptors: readonly (Fd | undefined)[]) {
    this.#host = host;
    host.catchSignals(["SIGHUP", "SIGINT", "SIGTERM"]);
    this.#pid = host.spawn({ argv, environment: host.environment(), descriptors });
  }

  get finished(): boolean {
    return this.#status !== undefined;
  }

  get status(): number {
    return this.#status ?? 1;
  }

  interests(): readonly Interest[] {
    return [];
  }

  wake(wakeup: Wakeup): void {
    if (wakeup.kind === "signal") this.#host.kill(this.#pid, wakeup.signal);
    if (wakeup.kind === "exit" && wakeup.pid === this.#pid) {
      this.#status = wakeup.status ?? 128 + (wakeup.signal ?? 0);
    }
  }

  expire(): void {}
}

async function show(
  host: Host,
  words: Words,
  systemPing: string | undefined,
  insideBecause: string | undefined,
): Promise<number> {
  const startedAt = host.clock();
  const steps: DemoStep[] = [];
  const picture = new Picture(host, words.json);
  let because = insideBecause;
  const options = (ping: string | undefined) => ({
    systemPing: ping,
    fault: words.fault,
    onStep: (step: DemoStep) => {
      steps.push(step);
      picture.step(step);
    },
    onNote: (text: string) => {
      if (words.verbose) picture.note(text);
    },
  });
  picture.head();
  let service: DemoService;
  try {
    try {
      service = new DemoService(host, options(systemPing));
    } catch (error) {
      if (!(error instanceof HostError) || systemPing === undefined) throw error;
      because = error.message;
      service = new DemoService(host, options(undefined));
    }
    service.start();
    if (because !== undefined) {
      picture.note(`pings are made and answered inside the program, through the same link (${because})`);
    }
    await runLoop(host, service);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const failure: DemoFailure = { step: "modem", reason: "hostFailed", detail: hostWords(error) };
    picture.end({ failure, tally: { sent: 0, roundTripsMs: [] }, elapsedMs: 0 });
    if (words.json) return printJson(host, { steps, because, failure, service: undefined, elapsedMs: 0 }, 1);
    return answered(host, picture.failure, 1);
  }
  const { failure, tally } = service;
  const elapsedMs = host.clock() - startedAt;
  picture.end({ failure, tally, elapsedMs });
  const status = failure === undefined ? 0 : failure.reason === "interrupted" ? 130 : 1;
  if (words.json) return printJson(host, { steps, because, failure, service, elapsedMs }, status);
  return answered(host, picture.failure, status);
}

interface Outcome {
  readonly steps: readonly DemoStep[];
  readonly because: string | undefined;
  readonly failure: DemoFailure | undefined;
  readonly service: DemoService | undefined;
  readonly elapsedMs: number;
}

/** Milliseconds with two digits behind the point. */
function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

function printJson(host: Host, outcome: Outcome, status: number): number {
  const { steps, because, failure, service, elapsedMs } = outcome;
  const agreement = service?.agreement;
  const { sent, roundTripsMs } = service?.tally ?? { sent: 0, roundTripsMs: [] };
  const object = {
    schema: SCHEMA,
    result: failure === undefined ? "ok" : "failed",
    pings: {
      by: because === undefined ? "system" : "program",
      because,
      sent,
      received: roundTripsMs.length,
      roundTripsMs: roundTripsMs.map(rounded),
    },
    address: agreement === undefined ? undefined : formatIpv4(agreement.local),
    peer: agreement === undefined ? undefined : formatIpv4(agreement.remote),
    dns: agreement?.dns.map(formatIpv4),
    steps: steps.map((step) => ({ ...step, atMs: rounded(step.atMs), tookMs: rounded(step.tookMs) })),
    failure: failure === undefined ? undefined : { ...failure, next: nextStep(failure) },
    elapsedMs: rounded(elapsedMs),
  };
  return printAnswer(host, [JSON.stringify(object)], status);
}

const titles: Record<DemoStepName | "hangup", string> = {
  modem: "modem",
  dial: "dial",
  lcp: "LCP",
  authentication: "auth",
  ipcp: "IPCP",
  interface: "interface",
  ping: "ping",
  hangup: "hang up",
};

/** The drawing, line by line; silent when JSON is wanted. */
class Picture {
  readonly #host: Host;
  readonly #isSilent: boolean;
  readonly #drawing: Drawing;
  /** Why a line of it could not be drawn, the first time. */
  failure: HostError | undefined;

  constructor(host: Host, isSilent: boolean) {
    this.#host = host;
    this.#isSilent = isSilent;
    this.#drawing = new Drawing(host, 1);
  }

  #print(...lines: readonly string[]): void {
    if (this.#isSilent || this.failure !== undefined) return;
    this.failure = printLines(this.#host, 1, lines);
  }

  head(): void {
    const { signs } = this.#drawing;
    const way = (name: string) => `${signs.line}${signs.line} ${name} ${signs.line}${signs.arrow}`;
    const picture = `uplinkd ${way("AT")} virtual modem ${way("PPP")} server ${way("IP")} network`;
    this.#print("", `  ${this.#drawing.tone("strong", picture)}`, "");
  }

  step(step: DemoStep): void {
    const { signs } = this.#drawing;
    this.#row("good", signs.done, titles[step.name], step.detail, `${Math.round(step.atMs)} ms`);
  }

  note(text: string): void {
    this.#print(this.#drawing.tone("dim", `    ${text}`));
  }

  end(outcome: { failure: DemoFailure | undefined; tally: PingTally; elapsedMs: number }): void {
    const { failure, tally, elapsedMs } = outcome;
    const times = tally.roundTripsMs;
    if (failure !== undefined) {
      this.#row("bad", this.#drawing.signs.failed, titles[failure.step], failure.detail, "");
      this.#print("", `  ${this.#drawing.tone("bad", this.#verdict(failure))} ${nextStep(failure)}`, "");
      return;
    }
    const average = times.reduce((sum, each) => sum + each, 0) / Math.max(1, times.length);
    const count = this.#drawing.tone("good", `${times.length} of ${tally.sent} pings came back`);
    this.#print(
      "",
      `  ${count} through the PPP link, ${average.toFixed(2)} ms on average; ${
        (elapsedMs / 1000).toFixed(1)
      } s in all.`,
      `  The link was hung up again and nothing is left of it.`,
      "",
    );
  }

  #verdict(failure: DemoFailure): string {
    if (failure.reason === "interrupted") return "Stopped.";
    return failure.reason === "noPing" ? "No pings." : "No link.";
  }

  #row(tone: "good" | "bad", sign: string, title: string, detail: string, time: string): void {
    const mark = this.#drawing.tone(tone, sign);
    const name = this.#drawing.tone("strong", title.padEnd(9));
    const clock = time === "" ? "" : ` ${this.#drawing.tone("dim", time.padStart(8))}`;
    this.#print(`  ${mark} ${name} ${clock === "" ? detail : detail.padEnd(61)}${clock}`);
  }
}

/** What a person does next. */
function nextStep(failure: DemoFailure): string {
  switch (failure.reason) {
    case "noDial":
      return "The modem did not put the call through; see what it said with: uplinkd demo --verbose";
    case "authenticationRefused":
    case "serverNotGenuine":
    case "authenticationNoReply":
      return "Authentication failed: on a real line, check the user name and password of the account.";
    case "noPing":
      return "The link came up, but pings did not come back: on a real line, check routes and filters.";
    case "hostFailed":
      return "The system refused what the demonstration needs: /dev/ptmx, and as root /dev/net/tun.";
    case "interrupted":
      return "Nothing is left of the link.";
    case "timeout":
      return "This machine may be very busy; try again, or see more with: uplinkd demo --verbose";
    default:
      return "See what was said with: uplinkd demo --verbose";
  }
}
