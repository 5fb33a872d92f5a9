/* self-modifying for as long as one likes: what becomes of memory? */
#define N (1ul << 60)
#include "self-modifying.c"
