import { pino } from 'pino'
import { listenOn } from '../server/cli/port-error.ts'
import type { Clock } from '../server/clock/clock.ts'
import { ManualClock, manualStartMs } from '../server/clock/manual-clock.ts'
import { RealClock } from '../server/clock/real-clock.ts'
import { RpcServer } from '../server/rpc/rpc-server.ts'
import { standardServices } from '../server/standard/index.ts'
import { type AssemblySetup, assembleEngine, handlersOf, type OfferedServices, servicesOf } from './assemble-engine.ts'
import { NoGatewayError, startDoipServer } from './car/doip/server.ts'
import { type SocketcandSetup, startSocketcand } from './car/socketcand.ts'
import type { Clocks } from './clocks.ts'
import type { Engine } from './engine.ts'
import { startPartnerApi } from './partner-api/server.ts'

/** Options of an engine. */
export interface EngineSetup extends Omit<AssemblySetup, 'clocks' | 'log'>, OfferedServices {
  /** Loopback port of the socketcand server; 0 picks a free one, undefined switches it off. */
  readonly socketcandPort?: number | undefined
  /** Loopback port of the DoIP server; 0 picks a free one, undefined switches it off. */
  readonly doipPort?: number | undefined
  /** Loopback port of the imitated Partner API; 0 picks a free one, undefined switches it off. */
  readonly partnerApiPort?: number | undefined
  readonly logLevel: string
  /** Clock for connections that are being opened (default: real time, also with manual clocks). */
  readonly networkClock?: Clock
}

/** A running engine. */
export interface RunningEngine {
  readonly engine: Engine
  /** Address of the socketcand server with the buses of the cars. */
  readonly socketcandPort: number | undefined
  /** Address of the gateway of the first car with DoIP. */
  readonly doipPort: number | undefined
  /** Port of the imitated Partner API. */
  readonly partnerApiPort: number | undefined
  /** Ends every session and stream with OK, then stops listening. */
  stop(): Promise<void>
}

/** Time that clients get to close their connections when the engine stops. */
const stopGraceMs = 500

/** Builds an engine and listens on loopback; rejects with the reason when a file or the port cannot be used. */
export async function createEngine(setup: EngineSetup, port: number): Promise<RunningEngine> {
  const clocks = makeClocks(setup.isClockManual)
  const log = pino({ level: setup.logLevel, base: null }, pino.destination({ dest: 2, sync: true }))
  const engine = assembleEngine({ ...setup, clocks, log })
  const networkClock = setup.networkClock ?? new RealClock()
  const own = servicesOf(engine, setup)
  const services = [...own, ...standardServices(own)]
  const server = new RpcServer({ handlers: handlersOf(engine), services, networkClock })
  engine.endpoint.port = await listenOn('--port', port, () => server.listen(port))
  engine.connections.breakOff = (failure) => server.breakOff(failure)
  const socketcand = await openSocketcand(engine, setup.socketcandPort, networkClock)
  const doip = await openDoip(engine, setup.doipPort)
  const partnerApi = await openPartnerApi(engine, setup.partnerApiPort)
  return {
    engine,
    socketcandPort: socketcand?.port,
    doipPort: doip?.port,
    partnerApiPort: partnerApi?.port,
    stop: async () => {
      engine.sessions.close()
      await socketcand?.close()
      await doip?.close()
      await partnerApi?.close()
      await server.close(stopGraceMs)
      engine.workshop.dispose()
    },
  }
}

function openSocketcand({ workshop, log }: Engine, port: number | undefined, clock: Clock) {
  if (port === undefined) return undefined
  const cars = workshop.bays.map(({ number, car }) => ({ connectorNumber: number, car }))
  const report: SocketcandSetup['report'] = (problem, details) => log.warn(details, `socketcand: ${problem}`)
  return listenOn('--socketcand', port, () => startSocketcand({ port, cars, clock, report }))
}

function openPartnerApi(engine: Engine, port: number | undefined) {
  return port === undefined ? undefined : listenOn('--partner-api', port, () => startPartnerApi(engine, port))
}

function openDoip({ workshop }: Engine, port: number | undefined) {
  if (port === undefined) return undefined
  const gateway = workshop.bays.map(({ car }) => car.doip).find((candidate) => candidate !== undefined)
  if (!gateway) throw new NoGatewayError('--doip: no car in the workshop has a DoIP gateway.')
  return listenOn('--doip', port, () => startDoipServer(port, gateway))
}

const makeClocks = (isManual: boolean): Clocks =>
  isManual
    ? { session: new ManualClock(manualStartMs), bus: new ManualClock() }
    : { session: new RealClock(), bus: new RealClock() }
