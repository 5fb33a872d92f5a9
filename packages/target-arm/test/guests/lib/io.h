#ifndef IO_H
#define IO_H
#include "board.h"
void io_init(void);
void exit(int code) __attribute__((noreturn));
void putch(char c);
void put(const char *s);
void put_hex(u32 v);
void put_hex64(u64 v);
void put_dec(u32 v);
void *memset(void *d, int c, unsigned n);
void *memcpy(void *d, const void *s, unsigned n);
#endif
