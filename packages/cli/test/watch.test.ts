/** When a run that does not end is given up, on a clock of our own. */
import { describe, expect, test } from 'vitest'
import { Away, Phase } from '../src/supervise/shared.ts'
import { type Limits, type Verdict, Watch } from '../src/supervise/watch.ts'

const none: Limits = { instructions: undefined, seconds: undefined }

/** A run and its watch, which looks ten times a second. */
class Story {
  readonly state = { phase: Phase.loading as number, beats: 0, away: Away.not as number, note: '' }
  now = 0
  used = 0
  readonly watch: Watch

  constructor(limits: Partial<Limits> = {}) {
    this.watch = new Watch({ ...none, ...limits }, this.state, this)
  }

  /** So many seconds pass, or less if there is a verdict before; the thread has this share of a processor, and beats or not. */
  pass(seconds: number, { share = 1, beats = false } = {}): Verdict | undefined {
    for (const end = this.now + seconds * 1000; this.now < end; ) {
      this.now += 100
      this.used += 100 * share
      if (beats) this.state.beats++
      const verdict = this.watch.tick(this)
      if (verdict !== undefined) return verdict
    }
    return undefined
  }
  enter(phase: number): this {
    this.state.phase = phase
    this.pass(0.1, { beats: true })
    return this
  }
}

describe('a run that is asked to end', () => {
  test.each([
    ['computes', 1],
    ['is blocked', 0],
  ])('has a second if it %s', (_, share) => {
    const story = new Story().enter(Phase.running)
    expect(story.pass(60, { share })).toBeUndefined()
    story.watch.ask()
    expect(story.pass(0.8, { share })).toBeUndefined()
    expect(story.pass(0.3, { share })).toEqual({ kind: 'asked', after: 1000 })
  })

  test('has longer where others have the processor', () => {
    const story = new Story().enter(Phase.running)
    story.watch.ask()
    expect(story.pass(2, { share: 0.2 })).toBeUndefined()
    expect(story.pass(3, { share: 0.2 })).toBeDefined()
  })

  test('may report for a tenth of the time that it ran, a second at least', () => {
    for (const [ran, reports] of [
      [2, 1],
      [40, 4],
      [1000, 10],
    ] as const) {
      const story = new Story().enter(Phase.running)
      story.pass(ran, { beats: true })
      story.watch.ask()
      story.enter(Phase.reporting)
      expect(story.pass(reports - 0.3)).toBeUndefined()
      expect(story.pass(0.6)?.kind).toBe('asked')
    }
  })

  test('the time in which the computer slept does not count', () => {
    const story = new Story().enter(Phase.running)
    story.watch.ask()
    story.now += 3_600_000
    expect(story.pass(0.3)).toBeUndefined()
  })
})

describe('--timeout', () => {
  test('counts from the first instruction; a second later the run is given up', () => {
    const story = new Story({ seconds: 3 })
    story.pass(2)
    story.enter(Phase.running)
    expect(story.pass(3.7)).toBeUndefined()
    expect(story.pass(0.5)).toEqual({ kind: 'timeout', after: 1000 })
  })
  test('a plugin has as much time to load, reading files is not limited', () => {
    const story = new Story({ seconds: 1 })
    expect(story.pass(60)).toBeUndefined()
    story.state.note = 'plugin p did not finish loading'
    expect(story.pass(1.8)).toBeUndefined()
    expect(story.pass(0.4)?.kind).toBe('timeout')
  })
  test('holds for reports', () => {
    const story = new Story({ seconds: 2 }).enter(Phase.running)
    story.pass(1.5)
    expect(story.enter(Phase.reporting).pass(2)?.kind).toBe('timeout')
  })
})

describe('--max-instructions', () => {
  test('a callback has two seconds; time asleep, or writing, does not count', () => {
    const story = new Story({ instructions: 100 }).enter(Phase.running)
    expect(story.pass(60, { beats: true })).toBeUndefined()
    story.state.away = Away.writing
    expect(story.pass(60)).toBeUndefined()
    story.state.away = Away.not
    expect(story.pass(1.8)).toBeUndefined()
    expect(story.pass(0.4)).toEqual({ kind: 'stuck', after: 2000 })
  })
  test('reading files is no callback; installing a plugin is', () => {
    const story = new Story({ instructions: 100 })
    expect(story.pass(60)).toBeUndefined()
    for (const name of ['p', 'q']) {
      story.state.note = `plugin ${name} did not return from install`
      expect(story.pass(1.8)).toBeUndefined()
    }
    expect(story.pass(0.4)?.kind).toBe('stuck')
  })
  test('with --timeout it does not matter how long callbacks take', () => {
    const story = new Story({ instructions: 100, seconds: 100 }).enter(Phase.running)
    expect(story.pass(90)).toBeUndefined()
  })
  test('without limits nothing does', () => {
    expect(new Story().enter(Phase.running).pass(1000)).toBeUndefined()
  })
})
