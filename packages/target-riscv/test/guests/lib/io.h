#ifndef IO_H
#define IO_H
#include "csr.h"
void exit(int code) __attribute__((noreturn));
void putch(char c);
void put(const char *s);
void put_hex(ulong v);
void put_hex64(u64 v);
void put_dec(ulong v);
void *memset(void *d, int c, ulong n);
void *memcpy(void *d, const void *s, ulong n);
#endif
