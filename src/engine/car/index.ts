export { type BusClock, type BusTimer, ManualBusClock, manualStartMs, RealBusClock } from './bus-clock.ts'
export { type BusLog, BusLogError, BusLogFile, BusLogRing, joinBusLogs, noBusLog } from './bus-log.ts'
export { type CarOptions, SimulatedCar } from './car.ts'
export { type DoipServer, NoGatewayError, startDoipServer } from './doip/server.ts'
export { loadVehicleFile as readVehicleFile, VehicleFileError } from './file/load.ts'
export type { VehicleDescription as VehicleFile } from './file/schema.ts'
export type { TesterWiring } from './obd-socket.ts'
export { type SharedCar, type Socketcand, type SocketcandSetup, startSocketcand } from './socketcand.ts'

import { type CarOptions, SimulatedCar } from './car.ts'
import type { VehicleDescription } from './file/schema.ts'

/** Puts a car with this description on the road; `dispose` takes it off again. */
export function openCar(file: VehicleDescription, options: CarOptions): SimulatedCar {
  return new SimulatedCar(file, options)
}
