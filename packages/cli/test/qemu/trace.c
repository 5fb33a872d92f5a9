/*
 * A plugin for QEMU (interface version 7) that writes what `mem` and `execlog` of plugins-contrib are compared with: a line
 * per executed instruction of vCPU 0,
 *
 *     pc opcode[ l|s virtual physical io|ram bytes value]...
 *
 * all hexadecimal. Option: out=FILE. Build: cc -shared -fPIC -O2 -o trace.so trace.c
 *
 * It declares what it needs of the interface itself, so no header of QEMU has to be there.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

struct tb;
struct insn;
struct hwaddr;
struct value {
    int type; /* log2 of the bytes */
    union {
        uint64_t low;
        struct {
            uint64_t low, high;
        } both;
    } data;
};

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*)(struct tb *, void *), void *);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*)(void *), void *);
void qemu_plugin_register_vcpu_insn_exec_cb(struct insn *, void (*)(unsigned, void *), int regs, void *);
void qemu_plugin_register_vcpu_mem_cb(struct insn *, void (*)(unsigned, uint32_t, uint64_t, void *), int regs,
                                      int access, void *);
size_t qemu_plugin_tb_n_insns(const struct tb *);
struct insn *qemu_plugin_tb_get_insn(const struct tb *, size_t);
size_t qemu_plugin_insn_data(const struct insn *, void *, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct insn *);
bool qemu_plugin_mem_is_store(uint32_t info);
unsigned qemu_plugin_mem_size_shift(uint32_t info);
struct value qemu_plugin_mem_get_value(uint32_t info);
struct hwaddr *qemu_plugin_get_hwaddr(uint32_t info, uint64_t address);
bool qemu_plugin_hwaddr_is_io(const struct hwaddr *);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct hwaddr *);

EXPORT int qemu_plugin_version = 7;

struct place {
    uint64_t pc;
    uint32_t opcode;
};

static FILE *out;

static void on_insn(unsigned cpu, void *data)
{
    struct place *place = data;
    fprintf(out, "\n%" PRIx64 " %x", place->pc, place->opcode);
}

static void on_memory(unsigned cpu, uint32_t info, uint64_t address, void *data)
{
    struct hwaddr *where = qemu_plugin_get_hwaddr(info, address);
    unsigned bytes = 1u << qemu_plugin_mem_size_shift(info);
    uint64_t value = qemu_plugin_mem_get_value(info).data.low;
    if (bytes < 8)
        value &= (UINT64_C(1) << 8 * bytes) - 1;
    fprintf(out, " %c %" PRIx64 " %" PRIx64 " %s %x %" PRIx64, qemu_plugin_mem_is_store(info) ? 's' : 'l', address,
            qemu_plugin_hwaddr_phys_addr(where), qemu_plugin_hwaddr_is_io(where) ? "io" : "ram", bytes, value);
}

static void on_translate(struct tb *tb, void *data)
{
    size_t n = qemu_plugin_tb_n_insns(tb);
    struct place *places = calloc(n, sizeof *places); /* kept: the block may run until the end */
    for (size_t i = 0; i < n; i++) {
        struct insn *insn = qemu_plugin_tb_get_insn(tb, i);
        places[i].pc = qemu_plugin_insn_vaddr(insn);
        qemu_plugin_insn_data(insn, &places[i].opcode, sizeof places[i].opcode);
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_insn, 0, &places[i]);
        qemu_plugin_register_vcpu_mem_cb(insn, on_memory, 0, 3, NULL);
    }
}

static void on_exit_(void *data)
{
    fclose(out);
}

EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (!strncmp(argv[i], "out=", 4))
            out = fopen(argv[i] + 4, "w");
    if (!out)
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate, NULL);
    qemu_plugin_register_atexit_cb(id, on_exit_, NULL);
    return 0;
}
