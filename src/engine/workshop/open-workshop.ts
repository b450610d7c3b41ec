import { dirname, resolve } from 'node:path'
import type { BusLog } from '../car/bus-log.ts'
import { SimulatedCar } from '../car/car.ts'
import type { VehicleDescription } from '../car/file/schema.ts'
import { readVehicleFile } from '../car/file/vehicle-file.ts'
import type { Clocks } from '../clocks.ts'
import { type FileProblem, readYamlFile, type YamlFile, YamlFileError } from '../files/yaml-file.ts'
import { VehicleBay } from './vehicle-bay.ts'
import { type Ticket, Workshop } from './workshop.ts'
import { type WorkshopFile, workshopFileSchema } from './workshop-file.ts'

/** What a workshop is opened with. */
export interface WorkshopSetup {
  readonly file: string
  /** Replaces the car on the first connector. */
  readonly vehicleFile: string | undefined
  readonly clocks: Clocks
  readonly busLog: BusLog
  /** Seed of the simulation's random numbers (default 1). */
  readonly seed?: number | undefined
}

/** Opens the workshop that a file describes, cars included. Throws {@link YamlFileError} with the place of every mistake. */
export function openWorkshop(setup: WorkshopSetup): Workshop {
  const workshop = readYamlFile(workshopFileSchema, setup.file, 'workshop')
  const problems = [...repeatedNumbers(workshop), ...danglingConnectors(workshop)]
  if (problems.length > 0) throw new YamlFileError(problems)
  const cars = readCars(workshop, setup)
  const bays = workshop.value.connectors.map((connector, index) => {
    const car = new SimulatedCar(carAt(cars, index), {
      clock: setup.clocks.bus,
      busLog: setup.busLog,
      connectorNumber: connector.number,
      ...(setup.seed !== undefined && { seed: setup.seed }),
    })
    return new VehicleBay({
      number: connector.number,
      id: connector.id,
      name: connector.name,
      isOnline: connector.online,
      isPlugged: connector.plugged,
      latency: connector.latency,
      onlineForMs: connector.onlineForMinutes * 60_000,
      ecuDetectionMs:
        connector.ecuDetectionSeconds === undefined ? car.ecuDetectionMs : connector.ecuDetectionSeconds * 1000,
      car,
      clock: setup.clocks.session,
    })
  })
  return new Workshop(
    workshop.value.name,
    workshop.value.tickets.flatMap((ticket) => withBay(ticket, bays)),
    bays,
  )
}

function readCars(workshop: YamlFile<WorkshopFile>, setup: WorkshopSetup): readonly VehicleDescription[] {
  const folder = dirname(setup.file)
  const read = new Map<string, VehicleDescription>()
  return workshop.value.connectors.map((connector, index) => {
    const file = index === 0 && setup.vehicleFile !== undefined ? setup.vehicleFile : resolve(folder, connector.vehicle)
    const car = read.get(file) ?? readVehicleFile(file)
    read.set(file, car)
    return car
  })
}

function carAt(cars: readonly VehicleDescription[], index: number): VehicleDescription {
  const car = cars[index]
  if (car === undefined) throw new Error(`Connector ${index} has no car.`)
  return car
}

function withBay(ticket: WorkshopFile['tickets'][number], bays: readonly VehicleBay[]): Ticket[] {
  const bay = bays.find(({ number }) => number === ticket.connector)
  return bay === undefined ? [] : [{ ...ticket, bay }]
}

function repeatedNumbers({ value, problem }: YamlFile<WorkshopFile>): FileProblem[] {
  return (['connectors', 'tickets'] as const).flatMap((list) =>
    (['number', 'id'] as const).flatMap((field) => {
      const values = value[list].map((item) => item[field])
      return values.flatMap((one, index) => {
        const first = values.indexOf(one)
        return first === index ? [] : [problem([list, index, field], `${one} is used already by ${list}[${first}]`)]
      })
    }),
  )
}

function danglingConnectors({ value, problem }: YamlFile<WorkshopFile>): FileProblem[] {
  const numbers = value.connectors.map(({ number }) => number)
  return value.tickets.flatMap(({ connector }, index) =>
    numbers.includes(connector)
      ? []
      : [
          problem(
            ['tickets', index, 'connector'],
            `there is no connector ${connector}; there are ${numbers.join(', ')}`,
          ),
        ],
  )
}
