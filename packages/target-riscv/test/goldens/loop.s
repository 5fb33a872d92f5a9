# Sums words until one is zero.
loop:
  lw a2,0(a0)
  addi a0,a0,4
  add a1,a1,a2
  bne a2,zero,@loop
