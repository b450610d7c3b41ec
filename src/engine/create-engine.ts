import { pino } from 'pino'
import { FunctionBroker } from './broker/function-broker.ts'
import type { BusLog } from './car/bus-log.ts'
import { NoGatewayError, startDoipServer } from './car/doip/server.ts'
import { type SocketcandSetup, startSocketcand } from './car/socketcand.ts'
import { listenOn } from './cli/port-error.ts'
import type { Clock, Clocks } from './clock/clock.ts'
import { ManualClock, manualStartMs } from './clock/manual-clock.ts'
import { RealClock } from './clock/real-clock.ts'
import type { Engine, Partner, PartnerCredentials } from './engine.ts'
import { FaultRegistry } from './faults/fault-registry.ts'
import { engineFaults } from './faults/index.ts'
import { playScenario } from './files/scenario-file.ts'
import { Gauges } from './gauges.ts'
import { limits } from './protocol-choices.ts'
import type { Refusal } from './refusal.ts'
import { EngineServer } from './server/engine-server.ts'
import { labServices, openObdServices, workbenchServices } from './services/index.ts'
import { standardServices } from './services/standard/index.ts'
import type { DiagnosticSession, TokenHolder } from './session/diagnostic-session.ts'
import { SessionBook } from './session/session-book.ts'
import { TokenVault } from './session/tokens.ts'
import { PromptBoard } from './ui/prompt-board.ts'
import { ScriptLog } from './viewer/script-log.ts'
import { openWorkshop } from './workshop/open-workshop.ts'

/** Options of an engine. */
export interface EngineSetup {
  readonly workshopFile: string
  readonly vehicleFile?: string | undefined
  readonly scenarioFile?: string | undefined
  readonly isClockManual: boolean
  /** Seed of the simulation's random numbers. */
  readonly seed?: number
  readonly hasLab: boolean
  readonly hasWorkbench: boolean
  readonly credentials: PartnerCredentials
  /** Further partners that may sign in (default: none). */
  readonly otherPartners?: readonly Partner[]
  readonly busLog: BusLog
  /** Loopback port of the socketcand server; 0 picks a free one, undefined switches it off. */
  readonly socketcandPort?: number | undefined
  /** Loopback port of the DoIP server; 0 picks a free one, undefined switches it off. */
  readonly doipPort?: number | undefined
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
  /** Ends every session and stream with OK, then stops listening. */
  stop(): Promise<void>
}

/** Time that clients get to close their connections when the engine stops. */
const stopGraceMs = 500

/** Builds an engine and listens on loopback; rejects with the reason when a file or the port cannot be used. */
export async function createEngine(setup: EngineSetup, port: number): Promise<RunningEngine> {
  const engine = assemble(setup)
  const services = [
    ...openObdServices(engine),
    ...(setup.hasWorkbench ? workbenchServices(engine) : []),
    ...(setup.hasLab ? labServices(engine) : []),
  ]
  const { vault, gauges, log } = engine
  const networkClock = setup.networkClock ?? new RealClock()
  const allServices = [...services, ...standardServices(services)]
  const server = new EngineServer({ vault, gauges, log, services: allServices, networkClock })
  engine.endpoint.port = await listenOn('--port', port, () => server.listen(port))
  engine.connections.breakOff = (failure) => server.breakOff(failure)
  const socketcand = await openSocketcand(engine, setup.socketcandPort, networkClock)
  const doip = await openDoip(engine, setup.doipPort)
  return {
    engine,
    socketcandPort: socketcand?.port,
    doipPort: doip?.port,
    stop: async () => {
      engine.sessions.close()
      await socketcand?.close()
      await doip?.close()
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

function openDoip({ workshop }: Engine, port: number | undefined) {
  if (port === undefined) return undefined
  const gateway = workshop.bays.map(({ car }) => car.doip).find((candidate) => candidate !== undefined)
  if (!gateway) throw new NoGatewayError('--doip: no car in the workshop has a DoIP gateway.')
  return listenOn('--doip', port, () => startDoipServer(port, gateway))
}

function assemble(setup: EngineSetup) {
  const clocks = makeClocks(setup.isClockManual)
  const gauges = new Gauges()
  const vault = new TokenVault<TokenHolder>(clocks.session)
  const workshop = openWorkshop({
    file: setup.workshopFile,
    vehicleFile: setup.vehicleFile,
    clocks,
    busLog: setup.busLog,
    seed: setup.seed,
  })
  const sessions = new SessionBook({ clock: clocks.session, vault, workshop })
  const faults = new FaultRegistry<Engine>(engineFaults)
  const engine = {
    clocks,
    isClockManual: setup.isClockManual,
    vault,
    sessions,
    workshop,
    broker: new FunctionBroker({
      clock: clocks.session,
      issueToken: (clientId) => vault.issue('broker', { kind: 'partner', clientId }, limits.brokerTokenMs),
    }),
    prompts: new PromptBoard(clocks.session, gauges),
    scriptLog: new ScriptLog(clocks.session),
    faults,
    gauges,
    credentials: setup.credentials,
    otherPartners: setup.otherPartners ?? [],
    log: pino({ level: setup.logLevel, base: null }, pino.destination({ dest: 2, sync: true })),
    endpoint: { host: '127.0.0.1', port: 0 },
    connections: { breakOff: (_failure: Refusal): void => undefined },
  }
  faults.attach(engine)
  logTransitions(engine)
  if (setup.scenarioFile !== undefined) playScenario(engine, setup.scenarioFile)
  return engine satisfies Engine
}

/** One line per change of a session's state. */
function logTransitions({ sessions, log }: Pick<Engine, 'sessions' | 'log'>): void {
  const logged = new WeakMap<DiagnosticSession, number>()
  sessions.onChange((session) => {
    const { id, bay, ticket, transitions } = session
    for (const { from, to, cause } of transitions.slice(logged.get(session) ?? 0))
      log.info({ session: id, connector: bay.number, ticket: ticket?.number, from, to, cause }, 'session changed')
    logged.set(session, transitions.length)
  })
}

const makeClocks = (isManual: boolean): Clocks =>
  isManual
    ? { session: new ManualClock(manualStartMs), bus: new ManualClock() }
    : { session: new RealClock(), bus: new RealClock() }
