/* store-aligned through the soft TLB. */
#define OFFSET 0
#define GUARDED 1
#include "accesses.S"
