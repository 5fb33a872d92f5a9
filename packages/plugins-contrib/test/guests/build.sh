#!/usr/bin/env bash
# Builds elf/*.elf from the sources here, and writes what objdump reads in their line tables to expected/*.lines.
# Reproducible: the same compilers give the same bytes in any folder.
#
# Needs riscv64-unknown-elf-gcc and arm-none-eabi-gcc (Debian; the committed files come from version 12.2).
set -euo pipefail
cd "$(dirname "$0")"

# build NAME CROSS BASE DATA START FLAG ...
build() {
  local name=$1 cross=$2 base=$3 data=$4 start=$5
  shift 5
  "${cross}gcc" "$@" -std=gnu11 -Wall -Wextra -ffreestanding -nostdlib -fno-pic -fno-asynchronous-unwind-tables \
    -ffunction-sections "-ffile-prefix-map=$PWD=/guest" "-Wa,--debug-prefix-map=$PWD=/guest" -T guest.ld "-Wl,--defsym=BASE=$base,--defsym=DATA=$data" \
    -Wl,--gc-sections,--build-id=none,--nmagic,--no-warn-rwx-segments "$start" lines.c -o "elf/$name.elf"
  # Only what line tables need, and names of functions.
  "${cross}objcopy" -R .debug_loclists -R .debug_rnglists -R .debug_loc -R .debug_ranges -R .debug_aranges \
    -R .debug_frame "elf/$name.elf"
  "${cross}objdump" --dwarf=decodedline -WL -w "elf/$name.elf" |
    awk '$2 ~ /^([0-9]+|-)$/ && $3 ~ /^0/ { print $1, $2, $3, ($4 == "END" || $5 == "END" || $2 == "-") ? "end" : ($NF == "x" ? "x" : "") }' \
      >"expected/$name.lines"
}
riscv64=(-march=rv64gc -mabi=lp64d -mcmodel=medany)
riscv32=(-march=rv32gc -mabi=ilp32d)
arm=(-mcpu=cortex-m3 -mthumb)
build lines-dwarf5-rv64 riscv64-unknown-elf- 0x80000000 0x80000400 riscv.S "${riscv64[@]}" -g -gdwarf-5 -O1
build lines-dwarf4-rv64 riscv64-unknown-elf- 0x80000000 0x80000400 riscv.S "${riscv64[@]}" -g -gdwarf-4 -O0
build lines-dwarf4-rv32 riscv64-unknown-elf- 0x80000000 0x80000400 riscv.S "${riscv32[@]}" -g -gdwarf-4 -O2 -mno-relax
build lines-dwarf5-arm arm-none-eabi- 0 0x20000000 arm.S "${arm[@]}" -g -gdwarf-5 -O1
build lines-dwarf3-arm arm-none-eabi- 0 0x20000000 arm.S "${arm[@]}" -g -gdwarf-3 -gstrict-dwarf -O2
# Big-endian: for readers alone, no target runs it.
build lines-dwarf5-armeb arm-none-eabi- 0 0x20000000 arm.S "${arm[@]}" -mbig-endian -g -gdwarf-5 -O1

# Threads, for ftrace: no line table, and symbols kept.
riscv64-unknown-elf-gcc "${riscv64[@]}" -nostdlib -T guest.ld -Wl,--defsym=BASE=0x80000000,--defsym=DATA=0x80000400 \
  -Wl,--build-id=none,--nmagic,--no-warn-rwx-segments -mno-relax threads.S -o elf/threads-rv64.elf
