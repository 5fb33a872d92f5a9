#!/usr/bin/env bash
# Builds elf/*.elf from the sources here. Reproducible: the same compiler gives the same bytes in any folder.
#
#   build.sh            all guests
#   build.sh NAME ...   only these (base names of the sources)
#
# Needs riscv64-unknown-elf-gcc (Debian: gcc-riscv64-unknown-elf; the committed files come from version 12.2);
# CROSS sets another prefix.
set -euo pipefail
cd "$(dirname "$0")"
cross=${CROSS:-riscv64-unknown-elf-}
out=${OUT:-elf}
mkdir -p "$out"
# what all targets run
shared=../../../core/test/guests

# build XLEN NAME SOURCES [FLAG ...]: SOURCES is one word with blanks
build() {
  local xlen=$1 name=$2 sources=$3 abi=(-march=rv64gc -mabi=lp64d)
  shift 3
  [[ ${#only[@]} -eq 0 || " ${only[*]} " == *" ${name} "* ]] || return 0
  [[ $xlen == 32 ]] && abi=(-march=rv32gc -mabi=ilp32d)
  local elf=$out/$name-rv$xlen.elf
  # zicsr and zifencei are part of "g" for this compiler; no build id, no debug sections, no page alignment in the file
  # shellcheck disable=SC2086
  "${cross}gcc" "${abi[@]}" -mcmodel=medany -Os -std=gnu11 -Wall -Wextra -ffreestanding -fno-builtin -nostdlib -fno-pic \
    -msmall-data-limit=0 -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections -fno-jump-tables \
    "-ffile-prefix-map=$PWD=." -Ilib -T lib/guest.ld -Wl,--gc-sections,--build-id=none,--nmagic,--no-relax,--no-warn-rwx-segments \
    "$@" lib/start.S $sources -lgcc -o "$elf"
  "${cross}strip" --strip-all "$elf"
}

only=("$@")
probe="lib/trap.S lib/probe.c lib/io.c"
for xlen in 64 32; do
  build $xlen hello "hello.S"
  build $xlen kernel-console "kernel-console.c"
  build $xlen demo "demo.c lib/io.c"
  build $xlen nested "nested.S lib/io.c"
  build $xlen exceptions "exceptions.c $probe"
  build $xlen interrupts "interrupts.c $probe"
  build $xlen priorities "priorities.c $probe"
  build $xlen privilege "privilege.c $probe"
  build $xlen pmp "pmp.c $probe"
  build $xlen paging "paging.c $probe"
  build $xlen extensions "extensions.c $probe"
  build $xlen selfmod "selfmod.c $probe"
  build $xlen programs "$shared/programs.c lib/io.c" "-DSYSTEM_CALL=\"ecall\"" -fjump-tables
  build $xlen integer "integer.c lib/io.c"
  build $xlen float "float.c lib/io.c"
  build $xlen semihosting "semihosting.c $probe"
  build $xlen semihosting-exit "semihosting.c $probe" -DEXIT
  build $xlen semihosting-off "semihosting.c $probe" -DOFF
  build $xlen harts-2 "harts.S lib/io.c" -DHARTS=2
  build $xlen harts-8 "harts.S lib/io.c" -DHARTS=8
  build $xlen storm-1000 "storm.S lib/io.c" -DCOUNT=1000
  build $xlen storm-100000 "storm.S lib/io.c" -DCOUNT=100000
done
