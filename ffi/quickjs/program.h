/* What build/bundle.ts makes of the program's TypeScript: bytecode by module, and the table of places. */
#include <stdint.h>

struct uplinkd_module {
    /* As the program imports it. */
    const char *name;
    const uint8_t *bytecode;
    uint32_t size;
};

/* The program first, then what it imports when it needs it; a row without a name is the end. */
extern const struct uplinkd_module uplinkd_modules[];
/* Of all modules together. */
extern const uint32_t uplinkd_bytecode_size;
extern const uint8_t uplinkd_places[];
extern const uint32_t uplinkd_places_size;
