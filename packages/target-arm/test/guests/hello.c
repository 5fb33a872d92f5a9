/* A line on the UART, no exception. */
#include "io.h"

int main(void)
{
    put("Hello from Cortex-M!\n");
    return 0;
}
