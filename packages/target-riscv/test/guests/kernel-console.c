/* The console of a small teaching kernel in S-mode: a driver that enables both interrupts of the 16550, reads status and
 * data at each, and never reads IIR. Output goes into a ring that the interrupts empty; input is echoed line by line
 * until one begins with "q". Before, it looks for a disk at every place for virtio. */
#include "io.h"

enum { DATA = 0, IER = 1, FCR = 2, LCR = 3, LSR = 5, SOURCE = 10 };

#define PLIC_PRIORITY(source) (PLIC + 4 * (source))
#define PLIC_S_ENABLE (PLIC + 0x2080)
#define PLIC_S_THRESHOLD (PLIC + 0x201000)
#define PLIC_S_CLAIM (PLIC + 0x201004)
#define VIRTIO(n) (0x10001000 + 0x1000 * (n))

static volatile struct {
    char bytes[256];
    u8 in, out;
} sending, received;

static void start(void)
{
    while (sending.in != sending.out && REG8(UART + LSR) & 0x20)
        REG8(UART + DATA) = sending.bytes[sending.out++];
}

__attribute__((interrupt("supervisor"), aligned(4))) static void interrupted(void)
{
    u32 source = REG32(PLIC_S_CLAIM);
    if (source == SOURCE) {
        while (REG8(UART + LSR) & 1)
            received.bytes[received.in++] = REG8(UART + DATA);
        start();
    }
    if (source)
        REG32(PLIC_S_CLAIM) = source;
}

static void send(const char *text)
{
    for (; *text; text++) {
        csr_clear(sstatus, SIE);
        sending.bytes[sending.in++] = *text;
        start();
        csr_set(sstatus, SIE);
    }
}

static char receive(void)
{
    for (;;) {
        csr_clear(sstatus, SIE);
        if (received.in != received.out)
            break;
        asm volatile("wfi");
        csr_set(sstatus, SIE);
    }
    char c = received.bytes[received.out++];
    csr_set(sstatus, SIE);
    return c;
}

static int empty_places(void)
{
    int empty = 0;
    for (int n = 0; n < 8; n++)
        empty += REG32(VIRTIO(n)) == 0x74726976 && REG32(VIRTIO(n) + 4) == 2 && REG32(VIRTIO(n) + 8) == 0;
    return empty;
}

static void kernel(void)
{
    REG8(UART + IER) = 0;
    REG8(UART + LCR) = 0x80;
    REG8(UART + 0) = 3;
    REG8(UART + 1) = 0;
    REG8(UART + LCR) = 3;
    REG8(UART + FCR) = 7;
    REG8(UART + IER) = 3;
    REG32(PLIC_PRIORITY(SOURCE)) = 1;
    REG32(PLIC_S_ENABLE) = 1u << SOURCE;
    REG32(PLIC_S_THRESHOLD) = 0;
    csr_write(stvec, interrupted);
    csr_set(sie, BIT(IRQ_SEI));
    csr_set(sstatus, SIE);

    send(empty_places() == 8 ? "no disk\n" : "what is there?\n");
    char line[] = "? \0";
    do {
        send("$ ");
        for (line[1] = 0, line[0] = receive(); line[0] != '\n' && line[0] != 'q'; line[0] = receive())
            send(line);
        send("\n");
    } while (line[0] != 'q');
    while (sending.in != sending.out)
        asm volatile("wfi");
    exit(0);
}

int main(void)
{
    csr_write(pmpaddr0, -1);
    csr_write(pmpcfg0, 0x1f);
    csr_write(mideleg, BIT(IRQ_SEI));
    csr_write(mepc, kernel);
    csr_clear(mstatus, MPP);
    csr_set(mstatus, MPP_S);
    asm volatile("mret");
    return 1;
}
