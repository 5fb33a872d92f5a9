// Firmware: prints what the boot ROM handed over, then starts the kernel in S-mode. Built by build-boot.sh.
#include "boot.h"

struct fw_dynamic_info {
  word magic, version, next_addr, next_mode, options, boot_hart;
};

void main(word hart, const u8 *tree, const struct fw_dynamic_info *info) {
  say("bios: a0 ", hart);
  say("bios: a1 ", (word)tree);
  say("bios: magic of the tree ", be32(tree));
  say("bios: a2 ", (word)info);
  say("bios: magic ", info->magic);
  say("bios: version ", info->version);
  say("bios: next_addr ", info->next_addr);
  say("bios: next_mode ", info->next_mode);
  say("bios: options ", info->options);
  say("bios: boot_hart ", info->boot_hart);
  if (!info->next_addr) end(3);
  word status = 3 << 11, supervisor = 1 << 11;
  __asm__ volatile("csrw pmpaddr0, %0; csrw pmpcfg0, %1" ::"r"(-1L), "r"(0x1f)); // all memory for S-mode
  __asm__ volatile("csrc mstatus, %0; csrs mstatus, %1" ::"r"(status), "r"(supervisor));
  register word a0 __asm__("a0") = hart;
  register const u8 *a1 __asm__("a1") = tree;
  __asm__ volatile("csrw mepc, %0; mret" ::"r"(info->next_addr), "r"(a0), "r"(a1));
  __builtin_unreachable();
}
