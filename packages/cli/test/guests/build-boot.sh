#!/usr/bin/env bash
# Builds boot-{bios,kernel}-rv{64,32}.elf beside the sources. Needs riscv64-unknown-elf-gcc (Debian's 12.2 made the
# committed files).
set -euo pipefail
cd "$(dirname "$0")"
build() { # XLEN ABI NAME ADDRESS
  riscv64-unknown-elf-gcc "-march=rv$1i_zicsr" "-mabi=$2" -mcmodel=medany -Os -Wall -Wextra -Wno-main -ffreestanding \
    -nostdlib -Wl,-N,--no-warn-rwx-segments,--build-id=none,"-Ttext-segment=$4,--section-start=.init=$4" -s \
    -o "boot-$3-rv$1.elf" "boot-$3.c"
}
build 64 lp64 bios 0x80000000
build 64 lp64 kernel 0x80200000
build 32 ilp32 bios 0x80000000
build 32 ilp32 kernel 0x80400000
