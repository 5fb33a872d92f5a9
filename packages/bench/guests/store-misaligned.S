/* Stores at odd addresses inside a page. */
#define OFFSET 3
#include "accesses.S"
