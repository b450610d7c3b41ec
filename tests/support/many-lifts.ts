import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'

const vehicle = join(import.meta.dirname, '../../vehicles/falkenberg-corvo.yaml')

/** A workshop file in a temporary folder with the given number of lifts, each with the same car and a ticket. */
export class ManyLifts implements AsyncDisposable {
  readonly file: string
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
    this.file = join(folder, 'workshop.yaml')
  }

  static async write(lifts: number): Promise<ManyLifts> {
    const workshop = new ManyLifts(await mkdtemp(join(tmpdir(), 'many-lifts-')))
    const connectors = Array.from({ length: lifts }, (_, index) => ({
      number: String(910000001 + index),
      id: randomUUID(),
      name: `Lift ${index + 1}`,
      vehicle,
      ecuDetectionSeconds: 0,
    }))
    const tickets = connectors.map(({ number, name }, index) => ({
      number: String(5000001 + index),
      id: randomUUID(),
      connector: number,
      subject: `What the car on ${name} is here for`,
      vehicleName: 'Falkenberg Corvo 2.0 TDI',
    }))
    await writeFile(workshop.file, stringify({ name: 'Many lifts', connectors, tickets }))
    return workshop
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true })
  }
}
