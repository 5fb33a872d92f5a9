/* Vectors for an mps2 board: reset is newlib's own start, which calls the hook before anything uses floating point. */
extern char __stack;
void _start(void);

void hardware_init_hook(void)
{
#ifdef __ARM_FP
    *(volatile unsigned *)0xe000ed88 = 0xf << 20; /* CPACR: for everybody */
    __asm__ volatile("dsb\nisb");
#endif
}

__attribute__((section(".vectors"), used)) static void *const vectors[] = { &__stack, (void *)_start };
