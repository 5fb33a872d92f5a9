/* Names that assembly and C share; both widths. */
#ifndef CSR_H
#define CSR_H

#if __riscv_xlen == 64
#define REG_S sd
#define REG_L ld
#define REG_BYTES 8
#define WORD .dword
#define LOG_REG_BYTES 3
#define STR_REG_S "sd "
#define STR_REG_L "ld "
#define STR_WORD ".dword "
#else
#define REG_S sw
#define REG_L lw
#define REG_BYTES 4
#define WORD .word
#define LOG_REG_BYTES 2
#define STR_REG_S "sw "
#define STR_REG_L "lw "
#define STR_WORD ".word "
#endif

/* the virt board */
#define FINISHER 0x00100000
#define CLINT 0x02000000
#define CLINT_MTIMECMP 0x02004000
#define CLINT_MTIME 0x0200bff8
#define PLIC 0x0c000000
#define UART 0x10000000
#define RAM 0x80000000

/* mstatus */
#define SIE 0x2
#define MIE 0x8
#define SPIE 0x20
#define MPIE 0x80
#define SPP 0x100
#define MPP 0x1800
#define MPP_S 0x0800
#define MPP_M 0x1800
#define FS 0x6000
#define FS_INITIAL 0x2000
#define MPRV 0x20000
#define SUM 0x40000
#define MXR 0x80000
#define TVM 0x100000
#define TW 0x200000
#define TSR 0x400000

/* mip, mie, mideleg: bit number = cause of the interrupt */
#define IRQ_SSI 1
#define IRQ_MSI 3
#define IRQ_STI 5
#define IRQ_MTI 7
#define IRQ_SEI 9
#define IRQ_MEI 11
#define BIT(n) (1 << (n))

/* mcause of exceptions */
#define C_FETCH_MISALIGNED 0
#define C_FETCH_ACCESS 1
#define C_ILLEGAL 2
#define C_BREAKPOINT 3
#define C_LOAD_MISALIGNED 4
#define C_LOAD_ACCESS 5
#define C_STORE_MISALIGNED 6
#define C_STORE_ACCESS 7
#define C_ECALL_U 8
#define C_ECALL_S 9
#define C_ECALL_M 11
#define C_FETCH_PAGE 12
#define C_LOAD_PAGE 13
#define C_STORE_PAGE 15

#ifndef __ASSEMBLER__
typedef unsigned long ulong;
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
#define STR_(x) #x
#define STR(x) STR_(x)
#define csr_read(name) ({ ulong v_; asm volatile("csrr %0, " STR(name) : "=r"(v_)::"memory"); v_; })
#define csr_write(name, v) asm volatile("csrw " STR(name) ", %0" ::"r"((ulong)(v)) : "memory")
#define csr_set(name, v) asm volatile("csrs " STR(name) ", %0" ::"r"((ulong)(v)) : "memory")
#define csr_clear(name, v) asm volatile("csrc " STR(name) ", %0" ::"r"((ulong)(v)) : "memory")
#define REG8(a) (*(volatile u8 *)(ulong)(a))
#define REG32(a) (*(volatile u32 *)(ulong)(a))
#define REG64(a) (*(volatile u64 *)(ulong)(a))
#endif
#endif
