#!/usr/bin/env bash
# Builds elf/*.elf: the C benchmarks of ../guests and the *.S here, for Cortex-M4 (mps2-an386), those with doubles for
# Cortex-M7 (mps2-an500), at -O2. Reproducible with the same compiler (the committed files come from Debian's
# gcc-arm-none-eabi 12.2); CROSS sets another prefix.
#
#   build.sh                 all
#   build.sh NAME ...        these
#   N=5 OUT=DIR build.sh X   with another number of rounds, into another folder
set -euo pipefail
cd "$(dirname "$0")"
cross=${CROSS:-arm-none-eabi-}
out=${OUT:-elf}
mkdir -p "$out"
only=("$@")

# build NAME SOURCE ROUNDS [m7]
build() {
  local name=$1 source=$2 rounds=${N:-$3} cpu=(-mcpu=cortex-m4 -mfpu=fpv4-sp-d16) psram=0x21000000
  [[ ${#only[@]} -eq 0 || " ${only[*]} " == *" $name "* ]] || return 0
  [[ ${4:-} == m7 ]] && cpu=(-mcpu=cortex-m7 -mfpu=fpv5-d16) psram=0x60000000
  "${cross}gcc" "${cpu[@]}" -mthumb -mfloat-abi=hard -O2 -std=gnu11 -Wall -Wextra -ffreestanding -fno-builtin -nostdlib \
    -fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables -fdata-sections "-ffile-prefix-map=$(dirname "$PWD")=." \
    ${rounds:+"-DN=$rounds"} -Ilib -T lib/guest.ld \
    "-Wl,--build-id=none,--nmagic,--no-warn-rwx-segments,--defsym,PSRAM=$psram" \
    lib/start.S lib/bench.c "$source" -lgcc -o "$out/$name.elf"
  "${cross}strip" --strip-all "$out/$name.elf"
}

# rounds: about a second on QEMU 11.1 on the machine where they were made
build crc32 ../guests/crc32.c 3000
build empty ../guests/empty.c ""
build fib ../guests/fib.c 35
build interp ../guests/interp.c 30000
build irq irq.S 350000
build mandelbrot ../guests/mandelbrot.c 12
build matmul-double ../guests/matmul-double.c 4 m7
build matmul-int ../guests/matmul-int.c 22
build memcpy ../guests/memcpy.c 10000
build nbody ../guests/nbody.c 400000 m7
build pendsv pendsv.S 350000
build pointer-chase ../guests/pointer-chase.c 3000000
build quicksort ../guests/quicksort.c 30
build sha256 ../guests/sha256.c 250
build sieve ../guests/sieve.c 15
build softdouble ../guests/matmul-double.c 1
build strings ../guests/strings.c 80
build svc svc.S 600000
build virtual ../guests/virtual.c 250
