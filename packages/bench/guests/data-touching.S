/* data-apart with the counters right behind the last instruction, as literals and jump tables lie. */
#define PLACE
#include "data-apart.S"
