/*
 * QuickJS's regular expressions, with their bytecode little-endian everywhere. The engine puts the numbers of its other
 * bytecode right when it reads a program that was compiled elsewhere, but not those of regular expressions: on big-endian
 * MIPS they jump to nowhere.
 */
#include "cutils.h"

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define get_u16(from) bswap16(get_u16(from))
#define get_u32(from) bswap32(get_u32(from))
#define put_u16(to, value) put_u16(to, bswap16(value))
#define put_u32(to, value) put_u32(to, bswap32(value))
#define dbuf_put_u16(to, value) dbuf_put_u16(to, bswap16(value))
#define dbuf_put_u32(to, value) dbuf_put_u32(to, bswap32(value))
#endif

#include "libregexp.c"
