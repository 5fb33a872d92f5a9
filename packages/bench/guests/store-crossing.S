/* Stores across the border of two pages. */
#define OFFSET 4091
#include "accesses.S"
