/*
 * QuickJS itself, with large cleared memory left untouched where the kernel has cleared it already: a page that is only read
 * takes no memory. Queues and dictionaries are as large as the worst case asks, and most links never use them whole.
 */
#include <stddef.h>
#include <string.h>

/* Below this the pages are shared with other objects anyway. */
#define SPARSE_OCTETS (16 * 1024)

static inline void *set_sparse(void *to, int value, size_t size)
{
    if (value != 0 || size < SPARSE_OCTETS)
        return memset(to, value, size);
    size_t *words = to, count = size / sizeof(size_t);
    for (size_t i = 0; i < count; i++)
        if (words[i] != 0)
            words[i] = 0;
    memset(words + count, 0, size % sizeof(size_t));
    return to;
}

#define memset(to, value, size) set_sparse(to, value, size)

#include "quickjs.c"
