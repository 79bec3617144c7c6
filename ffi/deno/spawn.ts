/**
 * Starting a program with posix_spawn(3): only the named descriptors, default signals, nothing blocked.
 *
 * @module
 */
import type { SpawnRequest } from "../../src/host.ts";
import type { Libc } from "./libc.ts";
import { buffer, cText, cTextArray } from "./memory.ts";

/** At least the size of posix_spawn_file_actions_t, posix_spawnattr_t and sigset_t on every glibc target. */
const OPAQUE_OCTETS = 512;
const POSIX_SPAWN_SETSIGDEF = 0x04;
const POSIX_SPAWN_SETSIGMASK = 0x08;
const POSIX_SPAWN_SETSID = 0x80;
const O_RDWR = 2;
/** The pid of the new process, or a negative errno. */
export function spawn(libc: Libc, request: SpawnRequest): number {
  const [path] = request.argv;
  if (path === undefined || !path.startsWith("/")) {
    throw new TypeError(`argv[0]: expected an absolute path, got ${JSON.stringify(path)}`);
  }
  const actions = new Uint8Array(OPAQUE_OCTETS);
  const attributes = new Uint8Array(OPAQUE_OCTETS);
  const allSignals = new Uint8Array(OPAQUE_OCTETS);
  const noSignals = new Uint8Array(OPAQUE_OCTETS);
  libc.sigfillset(allSignals);
  libc.posix_spawn_file_actions_init(actions);
  libc.posix_spawnattr_init(attributes);
  const kept: Uint8Array[] = [];
  try {
    const session = request.newSession === true ? POSIX_SPAWN_SETSID : 0;
    libc.posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | session);
    libc.posix_spawnattr_setsigdefault(attributes, allSignals);
    libc.posix_spawnattr_setsigmask(attributes, noSignals);
    const refused = addDescriptors(libc, actions, request, kept);
    if (refused !== 0) return -refused;
    const argv = cTextArray(request.argv);
    const environment = cTextArray(request.environment);
    const pid = new Int32Array(1);
    const failed = libc.posix_spawn(
      buffer(new Uint8Array(pid.buffer)),
      cText(path),
      actions,
      attributes,
      argv.array,
      environment.array,
    );
    return failed !== 0 ? -failed : pid[0] ?? -1;
  } finally {
    libc.posix_spawn_file_actions_destroy(actions);
    libc.posix_spawnattr_destroy(attributes);
  }
}

/** Name what the child has; 0, or the errno of what the C library did not take. */
function addDescriptors(
  libc: Libc,
  actions: Uint8Array<ArrayBuffer>,
  request: SpawnRequest,
  kept: Uint8Array[],
): number {
  let failed = 0;
  const check = (errno: number) => {
    failed ||= errno;
  };
  const open = (target: number, path: string) => {
    const text = cText(path);
    kept.push(text);
    check(libc.posix_spawn_file_actions_addopen(actions, target, text, O_RDWR, 0));
  };
  // 0 to 2 would be inherited: what is not named is /dev/null.
  const descriptors = Array.from(
    { length: Math.max(3, request.descriptors.length) },
    (_, i) => request.descriptors[i],
  );
  // Duplicates go above all that are used first, so that none is overwritten before its turn.
  const free = 1 + Math.max(descriptors.length, ...descriptors.map((fd) => fd ?? 0));
  if (request.controllingTerminal !== undefined) {
    open(free, request.controllingTerminal);
    check(libc.posix_spawn_file_actions_addclose(actions, free));
  }
  descriptors.forEach((fd, target) => {
    if (fd !== undefined) check(libc.posix_spawn_file_actions_adddup2(actions, fd, free + target));
  });
  descriptors.forEach((fd, target) => {
    if (fd === undefined) {
      open(target, "/dev/null");
      return;
    }
    check(libc.posix_spawn_file_actions_adddup2(actions, free + target, target));
    check(libc.posix_spawn_file_actions_addclose(actions, free + target));
  });
  libc.posix_spawn_file_actions_addclosefrom_np?.(actions, descriptors.length);
  return failed;
}
