/**
 * The layer table, held against the import lines of the tree; and what `src/` may not name.
 *
 * @module
 */
import { assertEquals, test } from "./support/test.ts";

const root = new URL("..", import.meta.url).pathname;
const protocols = ["at", "sms", "chat", "cmux", "ppp"];

/** Which folders of `src/` a folder may import; a name with a dot is a file. */
const allowed: Record<string, readonly string[]> = {
  base: [],
  "host.ts": [],
  "version.ts": [],
  "machine.ts": ["host.ts"],
  ...Object.fromEntries(protocols.map((name) => [name, ["base", "machine.ts"]])),
  profile: ["base", ...protocols],
  config: ["base", ...protocols],
  explain: ["base", "ppp"],
  uplink: ["base", "machine.ts", ...protocols, "profile", "config"],
  sim: ["base", "machine.ts", ...protocols, "profile"],
  linux: ["base", "host.ts"],
  plane: ["base", "host.ts", "linux", "ppp"],
  run: [
    "base",
    "host.ts",
    "machine.ts",
    "version.ts",
    ...protocols,
    "profile",
    "config",
    "explain",
    "uplink",
    "sim",
    "linux",
    "plane",
  ],
};

/** Pure ECMAScript libraries that `src/` may use. */
const libraries = new Set(["@noble/hashes/legacy.js", "@noble/hashes/sha1.js", "pako", "smol-toml"]);

/** Tables, which grow by rows: exempt from the limit of lines. */
const tables = new Set<string>([]);
const MOST_LINES = 450;

const forbidden: readonly [RegExp, string][] = [
  [/\bDate\.now\b|\bnew Date\b/, "the clock: time comes as an argument"],
  [/\bMath\.random\b/, "Math.random: randomness comes from the host"],
  [/\bDeno\b/, "Deno"],
  [/["']node:/, "node:"],
  [/\b(setTimeout|setInterval|TextEncoder|TextDecoder|structuredClone|queueMicrotask)\b/, "a Web API"],
  [/:\s*any\b|\bas any\b|<any>|@ts-ignore/, "any"],
  [/\bTODO\b|\bFIXME\b/, "a plan instead of an issue"],
];

function files(folder: string): string[] {
  return [...Deno.readDirSync(`${root}${folder}`)].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) return files(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

function layerOf(path: string): string {
  return path.split("/")[1] ?? path;
}

function resolve(from: string, specifier: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
}

function importsOf(path: string): string[] {
  const text = withoutComments(Deno.readTextFileSync(`${root}${path}`));
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
}

test("architecture: each import in src/ follows the layer table", () => {
  const wrong = files("src").flatMap((path) =>
    importsOf(path).flatMap((specifier) => {
      if (!specifier.startsWith(".")) return libraries.has(specifier) ? [] : [`${path} imports ${specifier}`];
      const from = layerOf(path);
      const to = layerOf(resolve(path, specifier));
      if (from === to || from === "cli" && !specifier.includes("/ffi/")) return [];
      return (allowed[from] ?? []).includes(to) ? [] : [`${path} imports ${specifier}`];
    })
  );
  assertEquals(wrong, []);
});

test("architecture: ffi/ imports the port, the program and the errno names alone", () => {
  const known = ["src/host.ts", "src/cli/main.ts", "src/linux/errno.ts"];
  const wrong = files("ffi").flatMap((path) =>
    importsOf(path).filter((specifier) => specifier.startsWith("."))
      .map((specifier) => resolve(path, specifier))
      .filter((target) => !target.startsWith("ffi/") && !known.includes(target))
      .map((target) => `${path} imports ${target}`)
  );
  assertEquals(wrong, []);
});

test("architecture: src/ names no engine, clock or random source", () => {
  const wrong = files("src").flatMap((path) => {
    const text = withoutComments(Deno.readTextFileSync(`${root}${path}`));
    return forbidden.filter(([pattern]) => pattern.test(text)).map(([, what]) => `${path}: ${what}`);
  });
  assertEquals(wrong, []);
});

test("architecture: no file holds more than one thing", () => {
  const long = [...files("src"), ...files("ffi"), ...files("tests")].filter((path) =>
    !tables.has(path) && Deno.readTextFileSync(`${root}${path}`).split("\n").length - 1 > MOST_LINES
  );
  assertEquals(long, []);
});

test("architecture: names say what a file is", () => {
  const vague = [...files("src"), ...files("ffi")].filter((path) =>
    /\/(utils?|helpers?|misc|common|manager)(\.ts|\/)/.test(path) || !/^[a-z0-9_./]+$/.test(path)
  );
  assertEquals(vague, []);
});

test("architecture: the core bundles for no engine in particular", async () => {
  const bundle = await new Deno.Command("node", {
    args: [
      `${root}node_modules/esbuild/bin/esbuild`,
      `${root}src/cli/main.ts`,
      "--bundle",
      "--platform=neutral",
      "--main-fields=module,main",
      "--format=esm",
      "--log-level=error",
    ],
  }).output();
  assertEquals(new TextDecoder().decode(bundle.stderr), "");
  const text = new TextDecoder().decode(bundle.stdout);
  const engine = /\b(Deno\.[a-z]\w*|process\.env|require\(|globalThis\.crypto)/.exec(withoutComments(text));
  assertEquals(engine?.[0], undefined);
});
