/* Loads where they belong, through the soft TLB: the measure for the next two. */
#define OFFSET 0
#define GUARDED 1
#define LOAD 1
#include "accesses.S"
