/* Loads from odd addresses inside a page. */
#define OFFSET 3
#define GUARDED 1
#define LOAD 1
#include "accesses.S"
