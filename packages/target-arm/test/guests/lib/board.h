/* The boards, names that assembly and C share. The build defines BOARD as one of these numbers. */
#ifndef BOARD_H
#define BOARD_H
#define AN385 1 /* Cortex-M3 */
#define AN386 2 /* Cortex-M4 */
#define AN500 3 /* Cortex-M7 */
#define LM3S 4  /* Cortex-M3 */
#define MICROBIT 5 /* Cortex-M0 */

#if BOARD == AN385 || BOARD == AN386 || BOARD == AN500
#define MPS2 1
#define UART 0x40004000 /* CMSDK APB UART 0 */
#define IRQ_LINES 32
#elif BOARD == LM3S
#define UART 0x4000c000 /* PL011 */
#define IRQ_LINES 48
#elif BOARD == MICROBIT
#define UART 0x40002000 /* nRF51 */
#define IRQ_LINES 32
#else
#error BOARD
#endif

#define RAM 0x20000000
#define HOLE 0x70000000 /* external RAM by the memory map, but nothing answers */
#define DEVICE_HOLE 0xa8000000 /* external device by the memory map: never executable, nothing answers */

/* exception numbers */
#define E_NMI 2
#define E_HARDFAULT 3
#define E_MEMMANAGE 4
#define E_BUSFAULT 5
#define E_USAGEFAULT 6
#define E_SVC 11
#define E_DEBUG 12
#define E_PENDSV 14
#define E_SYSTICK 15
#define E_IRQ(n) (16 + (n))

/* system control space */
#define SYST_CSR 0xe000e010
#define SYST_RVR 0xe000e014
#define SYST_CVR 0xe000e018
#define SYST_CALIB 0xe000e01c
#define NVIC_ISER 0xe000e100
#define NVIC_ICER 0xe000e180
#define NVIC_ISPR 0xe000e200
#define NVIC_ICPR 0xe000e280
#define NVIC_IABR 0xe000e300
#define NVIC_IPR 0xe000e400
#define ICSR 0xe000ed04
#define VTOR 0xe000ed08
#define AIRCR 0xe000ed0c
#define SCR 0xe000ed10
#define CCR 0xe000ed14
#define SHPR1 0xe000ed18
#define SHPR2 0xe000ed1c
#define SHPR3 0xe000ed20
#define SHCSR 0xe000ed24
#define CFSR 0xe000ed28
#define HFSR 0xe000ed2c
#define DFSR 0xe000ed30
#define MMFAR 0xe000ed34
#define BFAR 0xe000ed38
#define CPACR 0xe000ed88
#define MPU_TYPE 0xe000ed90
#define MPU_CTRL 0xe000ed94
#define MPU_RNR 0xe000ed98
#define MPU_RBAR 0xe000ed9c
#define MPU_RASR 0xe000eda0
#define STIR 0xe000ef00
#define FPCCR 0xe000ef34
#define FPCAR 0xe000ef38
#define FPDSCR 0xe000ef3c

/* CFSR */
#define IACCVIOL 0x1
#define DACCVIOL 0x2
#define MUNSTKERR 0x8
#define MSTKERR 0x10
#define MLSPERR 0x20
#define MMARVALID 0x80
#define IBUSERR 0x100
#define PRECISERR 0x200
#define UNSTKERR 0x800
#define STKERR 0x1000
#define LSPERR 0x2000
#define BFARVALID 0x8000
#define UNDEFINSTR 0x10000
#define INVSTATE 0x20000
#define INVPC 0x40000
#define NOCP 0x80000
#define UNALIGNED 0x1000000
#define DIVBYZERO 0x2000000
/* HFSR */
#define VECTTBL 0x2
#define FORCED 0x40000000
#define DEBUGEVT 0x80000000

/* CCR */
#define USERSETMPEND 0x2
#define NONBASETHRDENA 0x1
#define UNALIGN_TRP 0x8
#define DIV_0_TRP 0x10
#define BFHFNMIGN 0x100
#define STKALIGN 0x200
/* ICSR */
#define NMIPENDSET 0x80000000
#define PENDSVSET 0x10000000
#define PENDSVCLR 0x08000000
#define PENDSTSET 0x04000000
#define PENDSTCLR 0x02000000
/* xPSR */
#define XPSR_T 0x01000000
#define XPSR_IT 0x0600fc00

/* semihosting */
#define SYS_EXIT 0x18
#define SYS_EXIT_EXTENDED 0x20
#define APPLICATION_EXIT 0x20026

#ifndef __ASSEMBLER__
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
#define REG8(a) (*(volatile u8 *)(a))
#define REG16(a) (*(volatile u16 *)(a))
#define REG32(a) (*(volatile u32 *)(a))
#define mrs(name) ({ u32 v_; asm volatile("mrs %0, " #name : "=r"(v_)::"memory"); v_; })
#define msr(name, v) asm volatile("msr " #name ", %0\nisb" ::"r"((u32)(v)) : "memory")
#define barrier() asm volatile("dsb\nisb" ::: "memory")
#endif
#endif
