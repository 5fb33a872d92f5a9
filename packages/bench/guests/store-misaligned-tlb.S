/* store-misaligned through the soft TLB. */
#define OFFSET 3
#define GUARDED 1
#include "accesses.S"
