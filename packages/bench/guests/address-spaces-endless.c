/* address-spaces for as long as one likes: what becomes of memory? */
#define N (1ul << 60)
#include "address-spaces.c"
