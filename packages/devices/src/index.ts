/** Devices that several guests share. */
export { buildFdt, type FdtNode, type FdtOptions, type FdtValue } from './fdt.ts'
export { Semihosting } from './semihosting.ts'
export { TestFinisher, type TestFinisherOptions } from './test-finisher.ts'
export { Uart16550, type Uart16550Options } from './uart16550.ts'
