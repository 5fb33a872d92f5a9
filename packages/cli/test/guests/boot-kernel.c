// A kernel: prints the command line and the initial file system that the device tree tells of, then powers off.
// Built by build-boot.sh.
#include "boot.h"

static int same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

// Value of a property of /chosen, and its size; 0: it has none. (Devicetree Specification, chapter 5.)
static const u8 *chosen(const u8 *tree, const char *name, u32 *size) {
  const u8 *p = tree + be32(tree + 8), *strings = tree + be32(tree + 12);
  for (int depth = 0, inside = 0;;) {
    u32 token = be32(p);
    p += 4;
    if (token == 1) {
      if (++depth == 2) inside = same((const char *)p, "chosen");
      while (*p) p++;
      p = (const u8 *)(((word)p + 4) & ~3ul);
    } else if (token == 2) {
      if (depth-- == 2) inside = 0;
    } else if (token == 3) {
      *size = be32(p);
      const char *here = (const char *)strings + be32(p + 4);
      p += 8;
      if (inside && depth == 2 && same(here, name)) return p;
      p += (*size + 3) & ~3u;
    } else if (token == 9) return 0;
  }
}

static word address(const u8 *tree, const char *name) {
  u32 size;
  const u8 *value = chosen(tree, name, &size);
  if (!value) return 0;
  return be32(value + size - 4) | (size == 8 ? (word)be32(value) << (8 * sizeof(word) - 32) : 0);
}

void main(word hart, const u8 *tree) {
  word status;
  __asm__ volatile("csrr %0, sstatus" : "=r"(status)); // S-mode may do this
  say("kernel: a0 ", hart);
  say("kernel: a1 ", (word)tree);
  u32 size;
  const u8 *arguments = chosen(tree, "bootargs", &size);
  text("kernel: command line "), text(arguments ? (const char *)arguments : "(none)"), put('\n');
  word from = address(tree, "linux,initrd-start"), to = address(tree, "linux,initrd-end");
  say("kernel: initrd at ", from);
  say("kernel: initrd size ", to - from);
  while (from < to) put(*(const u8 *)from++);
  end(0);
}
