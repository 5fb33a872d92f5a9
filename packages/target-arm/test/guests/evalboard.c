/* Drives the devices of the lm3s6965evb as the drivers of its kernels do: each loop waits for what the data sheet promises,
 * and a line tells what came. QEMU has not all of them, so that this one is not recorded (evalboard.test.ts). */
#include "io.h"

#define SSI 0x40008000
#define PORT_C 0x40006000
#define PORT_F 0x40025000
#define I2C 0x40020000
#define ADC 0x40038000
#define ETHERNET 0x40048000
#define WATCHDOG 0x40000000
#define FLASH_CONTROL 0x400fd000
#define TIMER 0x40030000
#define CONTROL 0x400fe000

static void say(const char *what, u32 value)
{
    put(what);
    put(" ");
    put_hex(value);
    put("\n");
}

/* SR: TFE 0, TNF 1, RNE 2, BSY 4 */
static void display(void)
{
    REG32(SSI + 4) = 0;
    REG32(SSI + 0x10) = 2;
    REG32(SSI + 0) = 0x1c7;
    REG32(SSI + 4) = 2;
    while (REG32(SSI + 0xc) & 4)
        (void)REG32(SSI + 8);
    say("SSI idle", REG32(SSI + 0xc));
    REG32(PORT_C + 0x400) |= 0x80; /* D/C of the SSD0323 */
    static const u8 commands[] = { 0x15, 0x00, 0x3f, 0x75, 0x00, 0x4f, 0xa4, 0xaf };
    for (int data = 0; data < 2; data++) {
        REG32(PORT_C + (0x80 << 2)) = data ? 0x80 : 0;
        for (u32 i = 0; i < sizeof commands; i++) {
            while (!(REG32(SSI + 0xc) & 2))
                ;
            REG32(SSI + 8) = commands[i];
            while (!(REG32(SSI + 0xc) & 4))
                ;
            (void)REG32(SSI + 8);
        }
    }
    while (REG32(SSI + 0xc) & 0x10)
        ;
    say("SSI done", REG32(SSI + 0xc));
    say("D/C", REG32(PORT_C + (0x80 << 2)));
}

static void pins(void)
{
    REG32(PORT_F + 0x400) = 1;
    REG32(PORT_F + 0x408) = 1; /* both edges */
    REG32(PORT_F + 0x410) = 1;
    REG32(PORT_F + (1 << 2)) = 1;
    say("edge", REG32(PORT_F + 0x418));
    say("interrupt", REG32(NVIC_ISPR) >> 30 & 1);
    REG32(PORT_F + 0x41c) = 1;
    say("button", REG32(PORT_F + (2 << 2)) >> 1);
}

static void bus(void)
{
    REG32(I2C + 0x20) = 0x10;
    REG32(I2C + 0xc) = 9;
    REG32(I2C + 0) = 0x50 << 1;
    REG32(I2C + 8) = 0;
    REG32(I2C + 4) = 7;
    while (REG32(I2C + 4) & 1)
        ;
    say("I2C", REG32(I2C + 4));
}

static void converter(void)
{
    REG32(ADC + 0) = 0;
    REG32(ADC + 0xa4) = 0xe; /* temperature, interrupt, end */
    REG32(ADC + 0) = 8;
    REG32(ADC + 0x28) = 8;
    while (!(REG32(ADC + 4) & 8))
        ;
    REG32(ADC + 0xc) = 8;
    say("temperature", REG32(ADC + 0xa8));
    say("FIFO", REG32(ADC + 0xac) & 0x1100);
}

static u32 physical(u32 n)
{
    while (REG32(ETHERNET + 0x20) & 1)
        ;
    REG32(ETHERNET + 0x20) = n << 3 | 1;
    while (REG32(ETHERNET + 0x20) & 1)
        ;
    return REG32(ETHERNET + 0x30);
}

static void ethernet(void)
{
    REG32(ETHERNET + 4) = 0;
    REG32(ETHERNET + 0) = 0x7f;
    say("PHY", physical(2) << 16 | physical(3));
    say("link", physical(1) & 4);
    REG32(ETHERNET + 0x10) = 0x0000003c;
    REG32(ETHERNET + 0x38) = 1;
    while (REG32(ETHERNET + 0x38) & 1)
        ;
    say("packets", REG32(ETHERNET + 0x34));
}

static void watchdog(void)
{
    REG32(WATCHDOG + 0xc00) = 0x1acce551;
    REG32(WATCHDOG + 0) = 1000;
    REG32(WATCHDOG + 8) = 1;
    while (!(REG32(WATCHDOG + 0x10) & 1))
        ;
    REG32(WATCHDOG + 0xc) = 1;
    REG32(WATCHDOG + 0xc00) = 0;
    say("watchdog", REG32(WATCHDOG + 0x10) << 1 | REG32(WATCHDOG + 0xc00));
}

static void flash(void)
{
    const u32 page = 0x3fc00;
    REG32(FLASH_CONTROL + 0) = page;
    REG32(FLASH_CONTROL + 8) = 0xa4420002;
    while (REG32(FLASH_CONTROL + 8) & 2)
        ;
    say("erased", REG32(page));
    REG32(FLASH_CONTROL + 4) = 0x12345678;
    REG32(FLASH_CONTROL + 8) = 0xa4420001;
    while (REG32(FLASH_CONTROL + 8) & 1)
        ;
    say("written", REG32(page));
}

static void timer(void)
{
    REG32(TIMER + 0xc) = 0;
    REG32(TIMER + 0) = 4;
    REG32(TIMER + 8) = 1;
    REG32(TIMER + 0x2c) = 100;
    REG32(TIMER + 0x3c) = 3;
    REG32(TIMER + 0xc) = 0x100;
    while (!(REG32(TIMER + 0x1c) & 0x100))
        ;
    say("timer B", REG32(TIMER + 0xc));
}

int main(void)
{
    REG32(CONTROL + 0x108) = 0x7f;
    display();
    pins();
    bus();
    converter();
    ethernet();
    watchdog();
    flash();
    timer();
    return 0;
}
