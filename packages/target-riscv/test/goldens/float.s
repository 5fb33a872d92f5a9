# Singles in boxes, a dynamic and a fixed rounding mode, flags.
  fadd.s fa0,fa1,fa2
  fcvt.w.d a0,fa3,rtz
  fsgnj.d fa4,fa5,fa5
  csrrs a1,fflags,zero
