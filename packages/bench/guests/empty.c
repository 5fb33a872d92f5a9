/* Start-up time of the emulator: the program does nothing but its check. */
#include "bench.h"
int main(void)
{
    check(0);
    return 0;
}
