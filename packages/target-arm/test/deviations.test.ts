import { expect, test } from 'vitest'
import { Cause, cause, Exception, takenAs } from '../src/causes.ts'
import { asQemuReports, type DisconEvent, deviationOf, parseEvent } from './deviations.ts'

const interrupt = (exception: number): number => Cause.interrupt | exception

/** An event with the type and the name that the target gives to a cause. */
function event(number: number, from: number, to: number, inReturn = false): DisconEvent {
  const { type, name } = cause(number)
  return { vcpu: 0, type, from: BigInt(from), to: BigInt(to), cause: name, inReturn }
}

const none = { supervisorCall: 0, tailChained: 0, faultInReturn: 0 }

test('what QEMU reports by the contract stays as it is', () => {
  const events = [
    event(interrupt(Exception.sysTick), 0x200, 0x80),
    event(Cause.undefined, 0x204, 0x84),
    event(takenAs(Cause.undefined, Exception.hardFault), 0x206, 0x88),
    event(Cause.bkpt, 0x208, 0x88),
    event(Cause.semihosting, 0x20a, 0x20c),
    event(Cause.busFaultFetch, 0x70000000, 0x8c),
    event(takenAs(interrupt(20), Exception.busFault), 0x210, 0x8c),
  ]
  expect(asQemuReports(events)).toEqual({
    lines: [
      '0 1 200 80',
      '0 2 204 84',
      '0 2 206 88',
      '0 2 208 88',
      '0 4 20a 20c',
      '0 2 70000000 8c',
      '0 1 210 8c',
    ],
    applied: none,
  })
})

test('Q7: SVC comes from the next instruction, whatever it was taken as', () => {
  const events = [
    event(Cause.svc, 0x200, 0x80),
    event(takenAs(Cause.svc, Exception.hardFault), 0x300, 0x84),
    event(takenAs(Cause.svc, Exception.busFault), 0xffff_fffe, 0x88),
  ]
  expect(asQemuReports(events)).toEqual({
    lines: ['0 2 202 80', '0 2 302 84', '0 2 0 88'],
    applied: { ...none, supervisorCall: 3 },
  })
})

test('Q7: an SVC that was pending is an interrupt, which is left alone', () => {
  const pended = event(interrupt(Exception.svc), 0x200, 0x80)
  expect(deviationOf(pended)).toBeUndefined()
  expect(asQemuReports([pended]).lines).toEqual(['0 1 200 80'])
})

test('Q16: what an exception return leads to is not reported', () => {
  const events = [
    event(interrupt(Exception.sysTick), 0x200, 0x80),
    event(interrupt(Exception.pendSv), 0x200, 0x84, true),
    event(Cause.invalidPc, 0x200, 0x88, true),
    event(Cause.busFaultUnstacking, 0x200, 0x8c, true),
    event(interrupt(Exception.pendSv), 0x204, 0x84),
  ]
  expect(asQemuReports(events)).toEqual({
    lines: ['0 1 200 80', '0 1 204 84'],
    applied: { supervisorCall: 0, tailChained: 1, faultInReturn: 2 },
  })
})

test('order and number of CPUs are kept; nothing in, nothing out', () => {
  expect(asQemuReports([])).toEqual({ lines: [], applied: none })
  const other = { ...event(Cause.svc, 0x10, 0x20), vcpu: 11 }
  expect(asQemuReports([other, event(Cause.undefined, 0x30, 0x40)]).lines).toEqual(['b 2 12 20', '0 2 30 40'])
})

test('lines of discon-log', () => {
  expect(parseEvent('0 2 8a 40 supervisor call, taken as HardFault')).toEqual({
    vcpu: 0,
    type: 2,
    from: 0x8an,
    to: 0x40n,
    cause: 'supervisor call, taken as HardFault',
    inReturn: false,
  })
  expect(parseEvent('inReturn 0 1 8a 40 PendSV')).toMatchObject({ type: 1, cause: 'PendSV', inReturn: true })
  expect(() => parseEvent('0 2 8a 40')).toThrow('with causes')
})
