/* Loads across the border of two pages. */
#define OFFSET 4091
#define GUARDED 1
#define LOAD 1
#include "accesses.S"
