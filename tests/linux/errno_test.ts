/**
 * Error numbers against a separate transcription of the kernel headers.
 *
 * @module
 */
import { errnoName, errnoText } from "../../src/linux/errno.ts";
import { assertEquals, test } from "../support/test.ts";

test("errnoName knows the numbers of generic architectures and of MIPS", () => {
  const rows: [string, number, number][] = [
    ["EPERM", 1, 1],
    ["EAGAIN", 11, 11],
    ["EBUSY", 16, 16],
    ["ERANGE", 34, 34],
    ["EDEADLK", 35, 45],
    ["ENAMETOOLONG", 36, 78],
    ["ENOSYS", 38, 89],
    ["ENOTEMPTY", 39, 93],
    ["ELOOP", 40, 90],
    ["ENODATA", 61, 61],
    ["EPROTO", 71, 71],
    ["EBADMSG", 74, 77],
    ["EOVERFLOW", 75, 79],
    ["ENOTSOCK", 88, 95],
    ["EMSGSIZE", 90, 97],
    ["EPROTONOSUPPORT", 93, 120],
    ["EOPNOTSUPP", 95, 122],
    ["EAFNOSUPPORT", 97, 124],
    ["EADDRINUSE", 98, 125],
    ["EADDRNOTAVAIL", 99, 126],
    ["ENETDOWN", 100, 127],
    ["ENETUNREACH", 101, 128],
    ["ECONNRESET", 104, 131],
    ["ENOBUFS", 105, 132],
    ["ENOTCONN", 107, 134],
    ["ETIMEDOUT", 110, 145],
    ["ECONNREFUSED", 111, 146],
    ["EHOSTUNREACH", 113, 148],
    ["EALREADY", 114, 149],
    ["EINPROGRESS", 115, 150],
    ["EDQUOT", 122, 1133],
    ["ECANCELED", 125, 158],
    ["EHWPOISON", 133, 168],
  ];
  for (const [name, generic, mips] of rows) {
    assertEquals(errnoName({ architecture: "x86_64" }, generic), name);
    assertEquals(errnoName({ architecture: "arm" }, generic), name);
    assertEquals(errnoName({ architecture: "mips" }, mips), name);
    assertEquals(errnoName({ architecture: "mipsel" }, mips), name);
  }
});

test("errnoName gives the number where there is no name", () => {
  for (const errno of [0, 41, 58, 134, 4711]) {
    assertEquals(errnoName({ architecture: "aarch64" }, errno), `errno ${errno}`);
  }
  assertEquals(errnoName({ architecture: "mips" }, 100), "errno 100");
});

test("errnoText is that of strerror, and the code itself where none is kept", () => {
  assertEquals(errnoText("ENOENT"), "No such file or directory");
  assertEquals(errnoText("EHWPOISON"), "EHWPOISON");
});
