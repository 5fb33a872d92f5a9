#!/usr/bin/env bash
# Builds program.c with newlib for one core: build.sh cortex-m3|cortex-m4|cortex-m7 OUT. Needs arm-none-eabi-gcc with
# newlib (Debian: gcc-arm-none-eabi, libnewlib-arm-none-eabi). The result holds newlib's code, so it is not committed;
# the test builds it where the compiler is found.
set -euo pipefail
cd "$(dirname "$0")"
case $1 in
  cortex-m4) float=(-mfloat-abi=hard -mfpu=fpv4-sp-d16) ;;
  cortex-m7) float=(-mfloat-abi=hard -mfpu=fpv5-d16) ;;
  *) float=(-mfloat-abi=soft) ;;
esac
"${CROSS:-arm-none-eabi-}gcc" "-mcpu=$1" -mthumb "${float[@]}" -O2 --specs=rdimon.specs -T mps2.ld start.c program.c -lm \
  -Wl,--no-warn-rwx-segments -o "$2"
