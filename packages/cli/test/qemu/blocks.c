/*
 * A plugin for QEMU (interface version 7) that counts executions of translation blocks, for comparison with `hotblocks` of
 * plugins-contrib: a line per block,
 *
 *     pc, instructions, executions
 *
 * pc and executions of vCPU 0; blocks of one pc but different lengths are lines of their own. Option: out=FILE.
 * Build: cc -shared -fPIC -O2 -o blocks.so blocks.c
 *
 * It declares what it needs of the interface itself, so no header of QEMU has to be there.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

struct tb;

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*)(struct tb *, void *), void *);
void qemu_plugin_register_vcpu_tb_exec_cb(struct tb *, void (*)(unsigned, void *), int regs, void *);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*)(void *), void *);
size_t qemu_plugin_tb_n_insns(const struct tb *);
uint64_t qemu_plugin_tb_vaddr(const struct tb *);

EXPORT int qemu_plugin_version = 7;

struct block {
    uint64_t pc, insns, executions;
    struct block *next;
};

static struct block *blocks;
static FILE *out;

static void on_block(unsigned cpu, void *data)
{
    ((struct block *)data)->executions++;
}

static void on_translate(struct tb *tb, void *data)
{
    uint64_t pc = qemu_plugin_tb_vaddr(tb), insns = qemu_plugin_tb_n_insns(tb);
    struct block *block = blocks;
    while (block && (block->pc != pc || block->insns != insns))
        block = block->next;
    if (!block) {
        block = calloc(1, sizeof *block);
        *block = (struct block){ pc, insns, 0, blocks };
        blocks = block;
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, 0, block);
}

static void on_exit_(void *data)
{
    for (struct block *block = blocks; block; block = block->next)
        fprintf(out, "%" PRIx64 ", %" PRIu64 ", %" PRIu64 "\n", block->pc, block->insns, block->executions);
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
