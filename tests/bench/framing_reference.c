/* Framing of RFC 1662, one octet at a time with one table: what framing_bench.ts measures itself against.
 *
 * standard input: for each packet its length (4 octets, big endian) and its octets.
 * arguments: ACCM in hexadecimal, rounds. Prints the seconds of encoding and of decoding, and the packets decoded. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MOST (1 << 24)
static uint16_t table[256];
static uint8_t packets[MOST], line[2 * MOST], frame[4096];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint8_t *put(uint8_t *to, uint8_t octet, uint32_t accm) {
  if (octet == 0x7e || octet == 0x7d || (octet < 32 && ((accm >> octet) & 1))) {
    *to++ = 0x7d;
    octet ^= 0x20;
  }
  *to++ = octet;
  return to;
}

static uint8_t *encode(const uint8_t *packet, size_t length, uint32_t accm, uint8_t *to) {
  static const uint8_t header[2] = {0xff, 0x03};
  uint16_t fcs = 0xffff;
  *to++ = 0x7e;
  for (size_t i = 0; i < length + 2; i++) {
    uint8_t octet = i < 2 ? header[i] : packet[i - 2];
    fcs = (uint16_t)((fcs >> 8) ^ table[(fcs ^ octet) & 0xff]);
    to = put(to, octet, accm);
  }
  fcs ^= 0xffff;
  to = put(to, (uint8_t)(fcs & 0xff), accm);
  to = put(to, (uint8_t)(fcs >> 8), accm);
  *to++ = 0x7e;
  return to;
}

static size_t decode(const uint8_t *from, size_t length, uint32_t accm) {
  size_t good = 0, held = 0;
  int escaped = 0;
  uint16_t fcs = 0xffff;
  for (size_t i = 0; i < length; i++) {
    uint8_t octet = from[i];
    if (octet == 0x7e) {
      if (!escaped && held > 4 && fcs == 0xf0b8) good++;
      held = 0;
      escaped = 0;
      fcs = 0xffff;
      continue;
    }
    if (octet < 32 && ((accm >> octet) & 1)) continue;
    if (octet == 0x7d) {
      escaped = 1;
      continue;
    }
    if (escaped) octet ^= 0x20;
    escaped = 0;
    if (held < sizeof frame) frame[held++] = octet;
    fcs = (uint16_t)((fcs >> 8) ^ table[(fcs ^ octet) & 0xff]);
  }
  return good;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  uint32_t accm = (uint32_t)strtoul(argv[1], NULL, 16);
  int rounds = atoi(argv[2]);
  for (unsigned i = 0; i < 256; i++) {
    unsigned fcs = i;
    for (int bit = 0; bit < 8; bit++) fcs = (fcs & 1) ? (fcs >> 1) ^ 0x8408 : fcs >> 1;
    table[i] = (uint16_t)fcs;
  }
  size_t length = fread(packets, 1, MOST, stdin), made = 0, good = 0;
  double start = now();
  for (int round = 0; round < rounds; round++) {
    uint8_t *to = line;
    for (size_t at = 0; at + 4 <= length;) {
      size_t octets = ((size_t)packets[at + 2] << 8) | packets[at + 3];
      to = encode(packets + at + 4, octets, accm, to);
      at += 4 + octets;
    }
    made = (size_t)(to - line);
  }
  double encoded = now();
  for (int round = 0; round < rounds; round++) good += decode(line, made, accm);
  double decoded = now();
  printf("%.6f %.6f %zu %zu\n", encoded - start, decoded - encoded, good, made);
  return 0;
}
