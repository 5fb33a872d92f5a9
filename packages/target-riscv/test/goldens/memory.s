# Loads and stores of every width, and one to x0, which may still fault.
  lb a0,1(a1)
  lhu a2,-2(a1)
  sw a0,8(a1)
  lw zero,0(a2)
  c.swsp a0,12(sp)
  jal ra,@next
next:
  jalr zero,0(ra)
