/* store-crossing through the soft TLB. */
#define OFFSET 4091
#define GUARDED 1
#include "accesses.S"
