/* Stores where they belong: the measure for store-misaligned and store-crossing. */
#define OFFSET 0
#include "accesses.S"
