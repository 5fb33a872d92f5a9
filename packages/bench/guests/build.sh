#!/usr/bin/env bash
# Builds elf/*.elf: every *.c and *.S here, for RV64GC at -O2. Reproducible with the same compiler (the committed files
# come from Debian's gcc-riscv64-unknown-elf 12.2); CROSS sets another prefix.
#
#   build.sh                 all
#   build.sh NAME ...        these
#   N=5 OUT=DIR build.sh X   with another number of rounds, into another folder
set -euo pipefail
cd "$(dirname "$0")"
cross=${CROSS:-riscv64-unknown-elf-}
out=${OUT:-elf}
mkdir -p "$out"
for source in *.c *.S; do
  name=${source%.*}
  [[ $# -eq 0 || " $* " == *" $name "* ]] || continue
  "${cross}gcc" -march=rv64gc -mabi=lp64d -mcmodel=medany -O2 -std=gnu11 -Wall -Wextra -ffreestanding -fno-builtin -nostdlib \
    -fno-pic -fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables "-ffile-prefix-map=$PWD=." ${N:+"-DN=$N"} \
    -Ilib -T lib/guest.ld -Wl,--gc-sections,--build-id=none,--nmagic,--no-relax,--no-warn-rwx-segments \
    lib/start.S lib/bench.c "$source" -o "$out/$name.elf"
  "${cross}strip" --strip-all "$out/$name.elf"
done
