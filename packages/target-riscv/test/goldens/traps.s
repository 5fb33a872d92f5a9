# A division, a branch, and what leaves: a host call or exception, an atomic that checks its alignment.
  rem a0,a1,a2
  beq a0,zero,@atomic
  ecall
atomic:
  amoadd.w a3,a4,(a5)
  c.ebreak
