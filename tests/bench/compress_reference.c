/* Deflate for packets by zlib, as src/ppp/compress/deflate.ts has it: what compress_bench.ts measures itself against. Links with
 * libz.so.1, which has no headers with it everywhere: what is needed of them is declared here (zlib.h, the same since 1995).
 *
 * standard input: for each packet its length (4 octets, big endian) and its octets.
 * arguments: rounds. Prints the seconds of compressing and of restoring, and the octets of data. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST (1 << 24)
#define SYNC_FLUSH 2

typedef struct {
  const uint8_t *next_in;
  unsigned avail_in;
  unsigned long total_in;
  uint8_t *next_out;
  unsigned avail_out;
  unsigned long total_out;
  const char *msg;
  void *state, *zalloc, *zfree, *opaque;
  int data_type;
  unsigned long adler, reserved;
} stream_t;

extern const char *zlibVersion(void);
extern int deflateInit2_(stream_t *, int, int, int, int, int, const char *, int);
extern int deflate(stream_t *, int);
extern int deflateReset(stream_t *);
extern int inflateInit2_(stream_t *, int, const char *, int);
extern int inflate(stream_t *, int);
extern int inflateReset(stream_t *);

static uint8_t packets[MOST], data[MOST], restored[1 << 16];
static unsigned lengths[1 << 16];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t octets_of(const uint8_t *at) { return ((size_t)at[1] << 16) | ((size_t)at[2] << 8) | at[3]; }

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  int rounds = atoi(argv[1]);
  stream_t out, in;
  memset(&out, 0, sizeof out);
  memset(&in, 0, sizeof in);
  if (deflateInit2_(&out, 6, 8, -15, 7, 0, zlibVersion(), (int)sizeof out) != 0) return 1;
  if (inflateInit2_(&in, -15, zlibVersion(), (int)sizeof in) != 0) return 1;
  size_t length = fread(packets, 1, MOST, stdin), made = 0, count = 0;
  double compressing = 0, restoring = 0;
  for (int round = 0; round < rounds; round++) {
    deflateReset(&out);
    inflateReset(&in);
    made = count = 0;
    double start = now();
    for (size_t at = 0; at + 4 <= length; at += 4 + octets_of(packets + at)) {
      out.next_in = packets + at + 4;
      out.avail_in = (unsigned)octets_of(packets + at);
      out.next_out = data + made;
      out.avail_out = (unsigned)(MOST - made);
      deflate(&out, SYNC_FLUSH);
      lengths[count] = (unsigned)(out.next_out - data - made);
      made += lengths[count++];
    }
    double between = now();
    for (size_t n = 0, at = 0; n < count; at += lengths[n++]) {
      in.next_in = data + at;
      in.avail_in = lengths[n];
      in.next_out = restored;
      in.avail_out = sizeof restored;
      inflate(&in, SYNC_FLUSH);
    }
    compressing += between - start;
    restoring += now() - between;
  }
  /* On a link the four octets of each flush stay behind, and two of a sequence number go along. */
  printf("%.6f %.6f %zu\n", compressing, restoring, made - 2 * count);
  return 0;
}
