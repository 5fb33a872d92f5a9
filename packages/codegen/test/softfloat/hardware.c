/*
 * Runs floating-point instructions of an x86-64 with FMA on operands from stdin and writes results with flags, so
 * that the reference can be compared with hardware. Driven by hardware.ts:
 *
 *   gcc -O1 -mfma -msse4.1 -frounding-math -ffp-contract=off -o hardware hardware.c
 *
 * Input records: 8 u64 words  op, rounding, a, b, c, 0, 0, 0;  output records: 2 u64 words  result, flags.
 * Operations and rounding directions are numbered as in hardware.ts; flags are in the fflags order.
 */
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static double d(uint64_t bits) {
  double value;
  memcpy(&value, &bits, 8);
  return value;
}

static float f(uint64_t bits) {
  uint32_t low = (uint32_t)bits;
  float value;
  memcpy(&value, &low, 4);
  return value;
}

static uint64_t from_d(__m128d value) {
  return (uint64_t)_mm_cvtsi128_si64(_mm_castpd_si128(value));
}

static uint64_t from_s(__m128 value) {
  return (uint32_t)_mm_cvtsi128_si32(_mm_castps_si128(value));
}

/* MXCSR rounding field of nearest-even, toward zero, down, up. */
static const unsigned rounding_field[4] = {0x0000, 0x6000, 0x2000, 0x4000};

static uint64_t flags(unsigned mxcsr) {
  return (mxcsr & 1) << 4 | (mxcsr & 4) << 1 | (mxcsr & 8) >> 1 | (mxcsr & 16) >> 3 | (mxcsr & 32) >> 5;
}

static uint64_t run(const uint64_t *r) {
  __m128d a = _mm_set_sd(d(r[2])), b = _mm_set_sd(d(r[3])), c = _mm_set_sd(d(r[4]));
  __m128 x = _mm_set_ss(f(r[2])), y = _mm_set_ss(f(r[3])), z = _mm_set_ss(f(r[4]));
  switch (r[0]) {
  case 0: return from_d(_mm_add_sd(a, b));
  case 1: return from_d(_mm_sub_sd(a, b));
  case 2: return from_d(_mm_mul_sd(a, b));
  case 3: return from_d(_mm_div_sd(a, b));
  case 4: return from_d(_mm_sqrt_sd(a, a));
  case 5: return from_d(_mm_fmadd_sd(a, b, c));
  case 6: return (uint64_t)_mm_cvtsd_si64(a);
  case 7: return (uint32_t)_mm_cvtsd_si32(a);
  case 8: return from_d(_mm_cvtsi64_sd(a, (long long)r[3]));
  case 9: return from_s(_mm_cvtsd_ss(_mm_setzero_ps(), a));
  case 10: return from_d(_mm_round_sd(a, a, _MM_FROUND_CUR_DIRECTION));
  case 16: return from_s(_mm_add_ss(x, y));
  case 17: return from_s(_mm_sub_ss(x, y));
  case 18: return from_s(_mm_mul_ss(x, y));
  case 19: return from_s(_mm_div_ss(x, y));
  case 20: return from_s(_mm_sqrt_ss(x));
  case 21: return from_s(_mm_fmadd_ss(x, y, z));
  case 22: return (uint64_t)_mm_cvtss_si64(x);
  case 23: return (uint32_t)_mm_cvtss_si32(x);
  case 24: return from_s(_mm_cvtsi64_ss(x, (long long)r[3]));
  case 25: return from_d(_mm_cvtss_sd(_mm_setzero_pd(), x));
  case 26: return from_s(_mm_round_ss(x, x, _MM_FROUND_CUR_DIRECTION));
  }
  return 0;
}

int main(void) {
  uint64_t record[8], answer[2];
  while (fread(record, sizeof record, 1, stdin) == 1) {
    _mm_setcsr(0x1f80 | rounding_field[record[1] & 3]);
    __asm__ volatile("" ::: "memory");
    answer[0] = run(record);
    __asm__ volatile("" : : "r"(answer[0]) : "memory");
    answer[1] = flags(_mm_getcsr());
    fwrite(answer, sizeof answer, 1, stdout);
  }
  return 0;
}
