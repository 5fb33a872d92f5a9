import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../../..')
const text = readFileSync(join(root, 'docs/qemu-plugin-map.md'), 'utf8')
const rows = text
  .split('\n')
  .filter(line => line.startsWith('| `') || line.startsWith('| registering') || line.startsWith('| errors'))
  .map(line => line.slice(2, -2).split(' | '))

/** Functions of version 7, without the prefix `qemu_plugin_`. */
const functions = `
  bool_parse end_code entry_code get_hwaddr get_registers hwaddr_device_name hwaddr_is_io hwaddr_phys_addr insn_data
  insn_disas insn_haddr insn_size insn_symbol insn_vaddr install mem_get_value mem_is_big_endian mem_is_sign_extended
  mem_is_store mem_size_shift num_vcpus outs path_to_binary read_memory_hwaddr read_memory_vaddr read_register
  register_atexit_cb register_flush_cb register_vcpu_discon_cb register_vcpu_exit_cb register_vcpu_idle_cb
  register_vcpu_init_cb register_vcpu_insn_exec_cb register_vcpu_insn_exec_cond_cb
  register_vcpu_insn_exec_inline_per_vcpu register_vcpu_mem_cb register_vcpu_mem_inline_per_vcpu
  register_vcpu_resume_cb register_vcpu_syscall_cb register_vcpu_syscall_filter_cb register_vcpu_syscall_ret_cb
  register_vcpu_tb_exec_cb register_vcpu_tb_exec_cond_cb register_vcpu_tb_exec_inline_per_vcpu
  register_vcpu_tb_trans_cb request_time_control reset scoreboard_find scoreboard_free scoreboard_new set_pc start_code
  tb_get_insn tb_n_insns tb_vaddr translate_vaddr u64_add u64_get u64_set u64_sum uninstall update_ns vcpu_for_each
  version write_memory_hwaddr write_memory_vaddr write_register`
  .trim()
  .split(/\s+/)

test('the table has every function of version 7 once', () => {
  const named = rows.flatMap(([qemu = '']) => [...qemu.matchAll(/`([a-z0-9_]+)`/g)].map(([, name]) => name))
  for (const name of functions) expect(named.filter(other => other === name)).toEqual([name])
})

test('each row names its test', () => {
  for (const row of rows) {
    const cell = row.at(-1)?.trim() ?? ''
    if (row[1]?.startsWith('user mode only')) continue
    const [, file = '', title = ''] = /^([a-z-]+): (.+)$/.exec(cell) ?? []
    const folders = ['testkit/test/plugins', 'plugin-host/test', 'plugin-api/test']
    const found = folders.map(name => join(root, 'packages', name, `${file}.test.ts`)).find(existsSync)
    expect([row[0], found !== undefined && readFileSync(found, 'utf8').includes(title)]).toEqual([
      row[0],
      true,
    ])
  }
})
