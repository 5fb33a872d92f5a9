# Known registers fold: an address and a 32-bit constant.
  lui a0,0x12345
  addi a0,a0,1656
  auipc a1,0x1
  lw a2,-16(a1)
  c.li a3,-1
  c.j @end
end:
  c.jr ra
