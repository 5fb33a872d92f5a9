#!/usr/bin/env bash
# Builds elf/*.elf from the sources here. Reproducible: the same compiler gives the same bytes in any folder.
#
#   build.sh            all guests
#   build.sh NAME ...   only these (base names of the sources)
#
# Needs arm-none-eabi-gcc (Debian: gcc-arm-none-eabi; the committed files come from version 12.2);
# CROSS sets another prefix.
set -euo pipefail
cd "$(dirname "$0")"
cross=${CROSS:-arm-none-eabi-}
out=${OUT:-elf}
mkdir -p "$out"
# what all targets run
shared=../../../core/test/guests

# build "BOARD ..." NAME SOURCES [FLAG ...]: SOURCES is one word with blanks; FLOAT=hard uses the board's floating point
build() {
  local boards=$1 name=$2 sources=$3 board cpu ram
  shift 3
  [[ ${#only[@]} -eq 0 || " ${only[*]} " == *" ${name} "* ]] || return 0
  for board in $boards; do
    ram=0x10000 cpu=(-mfloat-abi=soft)
    case $board in
      an385 | lm3s) cpu+=(-mcpu=cortex-m3) ;;
      an386) cpu+=(-mcpu=cortex-m4) ;;
      an500) cpu+=(-mcpu=cortex-m7) ;;
      microbit) cpu+=(-mcpu=cortex-m0) ram=0x4000 ;;
    esac
    [[ ${FLOAT:-} == hard && $board == an386 ]] && cpu=(-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16)
    [[ ${FLOAT:-} == hard && $board == an500 ]] && cpu=(-mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16)
    # no build id, no debug sections, no page alignment in the file
    # shellcheck disable=SC2086
    "${cross}gcc" "${cpu[@]}" -mthumb -masm-syntax-unified "-DBOARD=${board^^}" -Os -std=gnu11 -Wall -Wextra -ffreestanding -fno-builtin -nostdlib \
      -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections "-ffile-prefix-map=$PWD=." -Ilib \
      -T lib/guest.ld "-Wl,--gc-sections,--build-id=none,--nmagic,--no-warn-rwx-segments,--defsym,RAM_SIZE=$ram" \
      "$@" lib/start.S $sources lib/io.c -lgcc -o "$out/$name-$board.elf"
    "${cross}strip" --strip-all "$out/$name-$board.elf"
  done
}

only=("$@")
mps2="an385 an386 an500"
v7="$mps2 lm3s"
all="$v7 microbit"
probe="lib/trap.S lib/probe.c"
build "$all" hello "hello.c"
build "$mps2 microbit" exceptions "exceptions.c $probe"
build "$all" interrupts "interrupts.c $probe"
build "$mps2" stacking "stacking.c $probe"
build "an385 an500" mpu "mpu.c $probe"
build "$mps2" itblocks "itblocks.c $probe"
build "an385 an386 lm3s" storm-1000 "storm.c" -DCOUNT=1000
build "an385" storm-10000 "storm.c" -DCOUNT=10000
build "$all" kernel "kernel.c" -DTICKS=200 -DPERIOD=1000
build "$all" timers "timers.c $probe"
build "$all" semihosting "semihosting.c $probe"
build "an385" semihosting-exit "semihosting.c $probe" -DEXIT
build "an385 microbit" semihosting-off "semihosting.c $probe" -DOFF
build "an386 an500" lazyfp "lazyfp.c $probe"
build "$all" integer "integer.c"
FLOAT=hard build "an386 an500" float "float.c"
FLOAT=hard build "$all" programs "$shared/programs.c" "-DSYSTEM_CALL=\"svc\"" -fjump-tables
build "$v7" selfmod "selfmod.c $probe"
build "lm3s" evalboard "evalboard.c"
