/* Vectors and reset for an mps2 board; newlib's own start follows. */
extern char __stack;
void _start(void);

void reset(void);
void reset(void)
{
#ifdef __ARM_FP
    *(volatile unsigned *)0xe000ed88 = 0xf << 20; /* CPACR: floating point for everybody */
    __asm__ volatile("dsb\nisb");
#endif
    _start();
}

__attribute__((section(".vectors"), used)) static void *const vectors[] = { &__stack, (void *)reset };
