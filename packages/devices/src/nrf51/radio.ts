/**
 * The radio of the nRF51 ("nRF51 Series Reference Manual", chapter 17), alone on the air: what it sends is lost, and
 * nothing is received. Ramping up and sending take their time, so that shortcuts in a circle do not stand still.
 */
import type { DeviceHost, Line, Timer } from '@guestscope/core'
import { type KeptRegisters, NrfPeripheral } from './peripheral.ts'

const Task = { send: 0, receive: 4, start: 8, stop: 0xc, disable: 0x10, strength: 0x14 } as const
const Event = {
  ready: 0x100,
  address: 0x104,
  payload: 0x108,
  end: 0x10c,
  disabled: 0x110,
  match: 0x114,
  miss: 0x118,
  strength: 0x11c,
  bits: 0x128,
} as const
const Reg = { strength: 0x548, state: 0x550, power: 0xffc } as const
/** STATE; that of sending is that of receiving and 8. */
const State = { disabled: 0, rampUp: 1, idle: 2, active: 3, disabling: 4, sends: 8 } as const
/** ns: until it is ready; a packet of some bytes; until it is off. */
const [rampUp, packet, rampDown] = [140_000, 200_000, 4_000]
const all = -1
const registers: KeptRegisters = {
  ...Object.fromEntries([0x504, 0x514, 0x518, 0x51c, 0x520, 0x524, 0x528, 0x560].map(at => [at, [all, 0]])),
  1288: [0x7f, 2],
  1292: [0xff, 0],
  1296: [3, 0],
  1324: [7, 0],
  1328: [0xff, 0],
  1332: [0x103, 0],
  1336: [0xffffff, 0],
  1340: [0xffffff, 0],
  1344: [3, 0],
  1348: [0xff, 0],
  [Reg.strength]: [0, 127], // -127 dBm
  1364: [0x7f, 0x40],
  [Reg.power]: [1, 1],
}

/** `next`: the state that comes at the deadline, with events. */
const initial = { state: State.disabled as number, next: 0, events: [] as readonly number[] }

export class NrfRadio extends NrfPeripheral<typeof initial> {
  readonly #host: DeviceHost
  readonly #timer: Timer

  constructor(host: DeviceHost, line: Line) {
    super(
      {
        name: 'nrf-radio',
        events: Object.values(Event),
        registers,
        shortcuts: {
          0: [Event.ready, Task.start],
          1: [Event.end, Task.disable],
          2: [Event.disabled, Task.send],
          3: [Event.disabled, Task.receive],
          4: [Event.address, Task.strength],
          5: [Event.end, Task.start],
        },
      },
      initial,
      line,
    )
    this.#host = host
    this.#timer = host.timer(() => {
      const { next, events } = this.own
      this.own.state = next
      for (const event of events) this.raise(event)
    })
  }

  override reset(): void {
    super.reset()
    this.#timer.cancel()
  }

  protected task(offset: number): void {
    const sends = this.own.state & State.sends
    const phase = this.own.state - sends
    if (offset === Task.send || offset === Task.receive) {
      if (this.own.state !== State.disabled) return
      const mode = offset === Task.send ? State.sends : 0
      this.#enter(mode | State.rampUp, rampUp, mode | State.idle, [Event.ready])
    } else if (offset === Task.start && phase === State.idle) {
      this.own.state = sends | State.active
      if (sends)
        this.#enter(this.own.state, packet, sends | State.idle, [Event.address, Event.payload, Event.end])
    } else if (offset === Task.stop && phase === State.active) {
      this.#timer.cancel()
      this.own.state = sends | State.idle
    } else if (offset === Task.disable)
      this.#enter(sends | State.disabling, rampDown, State.disabled, [Event.disabled])
    else if (offset === Task.strength) this.raise(Event.strength)
  }

  /** A state, and what comes after it. */
  #enter(state: number, time: number, next: number, events: readonly number[]): void {
    this.own.state = state
    this.own.next = next
    this.own.events = events
    this.#timer.set(this.#host.clock() + time)
  }

  protected override readSpecial(offset: number): number | undefined {
    return offset === Reg.state ? this.own.state : undefined
  }
  protected override changed(offset: number): void {
    if (offset === Reg.power && !this.get(Reg.power)) this.reset()
  }
}
