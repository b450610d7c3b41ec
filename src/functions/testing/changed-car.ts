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
  const car = parse(readFileSync(vehicleFile, 'utf8'))
  change(car)
  const file = join(folder, 'car.yaml')
  writeFileSync(file, stringify(car))
  return { file, busLog: join(folder, 'bus.log'), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}
