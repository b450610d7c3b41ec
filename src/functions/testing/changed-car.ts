import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'

const vehicleFile = join(import.meta.dirname, '../../../vehicles/falkenberg-corvo.yaml')

/** The shipped vehicle file with the changes of a test, in a new folder. */
export function changedCar(
  change: (car: { vin: string; ecus: { name: string; data: Record<string, unknown> }[] }) => void,
) {
  const folder = mkdtempSync(join(tmpdir(), 'identify-'))
  // A vehicle file must have hexadecimal identifiers, but `stringify` writes numbers as decimal: keep them as words meanwhile.
  const car = parse(readFileSync(vehicleFile, 'utf8').replaceAll(/\b0x(?=[\da-f]+\b)/gi, 'hex_'))
  change(car)
  const file = join(folder, 'car.yaml')
  writeFileSync(file, stringify(car).replaceAll('hex_', '0x'))
  return { file, busLog: join(folder, 'bus.log'), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}
