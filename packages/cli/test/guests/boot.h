// What boot-bios.c and boot-kernel.c share: the serial port, the test finisher, big-endian words.
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long word;

#define UART ((volatile u8 *)0x10000000)
#define FINISHER ((volatile u32 *)0x100000)

static void put(char c) { UART[0] = c; }
static void text(const char *s) {
  while (*s) put(*s++);
}
static void hex(word n) {
  text("0x");
  int shift = 8 * sizeof n - 4;
  while (shift > 0 && n >> shift == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) put("0123456789abcdef"[n >> shift & 15]);
}
static void say(const char *what, word n) {
  text(what), hex(n), put('\n');
}
static u32 be32(const u8 *p) {
  return (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}
static __attribute__((noreturn)) void end(u32 status) {
  *FINISHER = status ? status << 16 | 0x3333 : 0x5555;
  for (;;) {}
}

// A stack, then main(a0, a1, a2).
__asm__(".section .init, \"ax\"\n"
        ".globl _start\n"
        "_start: la sp, _start + 0x10000\n"
        "  j main\n"
        ".previous");
