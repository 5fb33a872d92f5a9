# Prints what lies at 0x80100000, up to a zero byte, and ends with status 0. Linked as tutorials do it: the linker puts
# the headers of the file into a page in front of the text.
#
#   riscv64-unknown-elf-gcc -march=rv64i -mabi=lp64 -nostdlib -Wl,--build-id=none,-Ttext=0x80000000 -o text-address.elf text-address.S
        .globl  _start
_start: li      s0, 0x10000000          # UART
        li      a1, 0x80100000
1:      lbu     a0, (a1)
        beqz    a0, 2f
        sb      a0, (s0)
        addi    a1, a1, 1
        j       1b
2:      li      t0, 0x100000            # test finisher
        li      t1, 0x5555
        sw      t1, (t0)
3:      j       3b
