// Runs a guest that was compiled straight to WebAssembly. Plain JavaScript, so that nothing but it takes time to start.
import { readFileSync } from 'node:fs'

const check = value => console.log(`CHECK ${BigInt.asUintN(64, value).toString(16).padStart(16, '0')}`)
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), { env: { check } })
process.exitCode = instance.exports.main(0, 0)
