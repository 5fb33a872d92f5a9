/** Devices that several guests share, and semihosting. */

export { I2cBus, type I2cDevice, I2cRegisters } from './bus/i2c.ts'
export { Pl022, type Pl022Options, type SerialPeer } from './bus/pl022.ts'
export { Pl061, type Pl061Options } from './bus/pl061.ts'
export { Unimplemented } from './bus/unimplemented.ts'
export { VirtioMmio } from './bus/virtio-mmio.ts'
export { buildFdt, type FdtNode, type FdtOptions, type FdtValue } from './fdt.ts'
export { Semihosting } from './host/semihosting.ts'
export { semihostingIsOff } from './host/semihosting-off.ts'
export { TestFinisher, type TestFinisherOptions } from './host/test-finisher.ts'
export { NrfAdc, NrfTemperature } from './nrf51/analog.ts'
export { NrfClockPower } from './nrf51/clock-power.ts'
export { NrfFlash, type NrfFlashOptions } from './nrf51/flash.ts'
export { NrfGpio, NrfGpioTasks } from './nrf51/gpio.ts'
export { NrfRadio } from './nrf51/radio.ts'
export { NrfRandom } from './nrf51/random.ts'
export { NrfRtc } from './nrf51/rtc.ts'
export { NrfTwoWire } from './nrf51/two-wire.ts'
export { type RegisterTable, resetValues } from './registers.ts'
export { CmsdkUart, type CmsdkUartOptions } from './serial/cmsdk-uart.ts'
export { NrfUart, type NrfUartOptions } from './serial/nrf-uart.ts'
export { Pl011, type Pl011Options } from './serial/pl011.ts'
export { Uart16550, type Uart16550Options } from './serial/uart16550.ts'
export { CmsdkDualTimer, type CmsdkDualTimerOptions } from './timer/cmsdk-dual-timer.ts'
export { CmsdkTimer, type CmsdkTimerOptions } from './timer/cmsdk-timer.ts'
export {
  DownCounter,
  type DownCounterOptions,
  type DownCounterState,
  newCounter,
} from './timer/down-counter.ts'
export { Gptm, type GptmOptions } from './timer/gptm.ts'
export { NrfTimer, type NrfTimerOptions } from './timer/nrf-timer.ts'
export { Sp805, type Sp805Options } from './timer/sp805.ts'
export { newTicks, Ticks, type TicksState } from './timer/ticks.ts'
