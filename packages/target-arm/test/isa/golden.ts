/** Lines of `golden.txt`: address, word, objdump's text: `80000010 1dc8 adds r0, r1, #7`. */

export interface Line {
  readonly pc: number
  readonly word: number
  readonly size: number
  readonly text: string
}

export function parseGolden(file: string): Line[] {
  const lines = file.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return lines.map(line => {
    const [pc, word = '', ...text] = line.split(' ')
    return {
      pc: Number(`0x${pc}`),
      word: Number(`0x${word}`),
      size: word.length === 4 ? 2 : 4,
      text: text.join(' '),
    }
  })
}

export function formatLine({ pc, word, size, text }: Line): string {
  return `${pc.toString(16)} ${word.toString(16).padStart(2 * size, '0')} ${text}`
}
