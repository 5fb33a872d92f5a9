/** A plugin that does not return: `at` says from which callback, `how` in which way, `after` at which call. */
import { openSync, writeSync } from 'node:fs'

const ways = {
  loop() {
    for (;;);
  },
  regexp() {
    ;/^(a+)+$/.test(`${'a'.repeat(60)}b`)
  },
  /** Five seconds each time. */
  slow() {
    const end = Date.now() + 5000
    while (Date.now() < end);
  },
  catches() {
    for (;;) {
      try {
        for (;;);
      } finally {
        for (;;);
      }
    }
  },
  prints(api) {
    for (;;) api.output(`${'more'.repeat(1000)}\n`)
  },
  wait() {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },
  /** In the operating system, where nothing reaches a thread. */
  pipe(_api, file) {
    openSync(file, 'r')
  },
  exit() {
    process.exit(33)
  },
}

export default {
  name: 'stuck',
  description: 'Does not return.',
  apiVersion: 1,
  options: {
    at: { type: 'string', default: 'onExec', description: 'Callback.' },
    how: { type: 'string', default: 'loop', description: 'Way.' },
    after: { type: 'number', default: 1, description: 'Call.' },
    file: { type: 'string', default: '', description: 'Pipe that nobody writes to.' },
  },
  install(api, { at, how, after, file }) {
    let calls = 0
    const call = where => {
      if (where !== at || ++calls < after) return
      api.output('before\n')
      writeSync(1, 'stuck\n')
      ways[how](api, file)
    }
    call('install')
    api.onTranslate(tb => {
      call('onTranslate')
      for (const insn of tb.insns) {
        if (at === 'onExec') insn.onExec(() => call('onExec'))
        if (at === 'onMemory') insn.onMemory('both', () => call('onMemory'))
      }
    })
    if (at === 'onEdge') api.onEdge(() => call('onEdge'))
    api.onDiscon(7, () => call('onDiscon'))
    api.onExit(() => call('onExit'))
  },
}
