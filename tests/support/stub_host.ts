/**
 * Hosts of a few calls, for tests that look at what the kernel is asked.
 *
 * @module
 */
import { type Host, HostError, type Platform } from "../../src/host.ts";

/** x86-64, as a platform. */
export const X86_64: Platform = {
  engine: "deno",
  architecture: "x86_64",
  pointerOctets: 8,
  littleEndian: true,
};

/** 32-bit big-endian MIPS, as a platform. */
export const MIPS: Platform = {
  engine: "quickjs",
  architecture: "mips",
  pointerOctets: 4,
  littleEndian: false,
};

/** A host that has these calls and throws at any other. */
export function stubHost(calls: Partial<Host>): Host {
  return new Proxy(calls, {
    get(target, name) {
      if (Reflect.has(target, name)) return Reflect.get(target, name);
      throw new Error(`The stub has no ${String(name)}`);
    },
  }) as Host;
}

/** The host with some of its calls replaced. */
export function overriding(host: Host, calls: Partial<Host>): Host {
  return new Proxy(host, {
    get(target, name) {
      if (Reflect.has(calls, name)) return Reflect.get(calls, name);
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** A call that fails with this symbolic errno. */
export function failing(call: string, code: string): () => never {
  return () => {
    throw new HostError(call, code, 1, code);
  };
}

/** The host with its nth call (from 1) failing, closing excepted; `fired` tells whether it came so far. */
export function failingAt(host: Host, nth: number, code: string): { readonly host: Host; fired(): boolean } {
  let calls = 0;
  const faulty = new Proxy(host, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (name !== "close") calls += 1;
        if (calls === nth && name !== "close") throw new HostError(String(name), code, 1, code);
        return value.apply(target, args);
      };
    },
  });
  return { host: faulty, fired: () => calls >= nth };
}
