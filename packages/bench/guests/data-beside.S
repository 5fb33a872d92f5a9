/* data-apart with the counters behind the loop in the same page, but not in the same 64 bytes. */
#define PLACE .balign 64
#include "data-apart.S"
