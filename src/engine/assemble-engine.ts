import type { Logger } from 'pino'
import { FunctionBroker } from '../server/broker/function-broker.ts'
import type { Partner, PartnerCredentials } from '../server/credentials.ts'
import { Gauges } from '../server/gauges.ts'
import { PromptBoard } from '../server/prompts/prompt-board.ts'
import type { Refusal } from '../server/refusal.ts'
import type { RpcService } from '../server/rpc/rpc.ts'
import { RpcHandlers } from '../server/rpc/rpc-handlers.ts'
import { TokenVault } from '../server/tokens.ts'
import { ScriptLog } from '../server/viewer/script-log.ts'
import type { BusLog } from './car/bus-log.ts'
import type { Clocks } from './clocks.ts'
import type { Engine } from './engine.ts'
import { FaultRegistry } from './faults/fault-registry.ts'
import { engineFaults } from './faults/index.ts'
import { playScenario } from './files/scenario-file.ts'
import type { EngineGauge } from './gauges.ts'
import { limits } from './protocol-choices.ts'
import { labServices, openObdServices, workbenchServices } from './services/index.ts'
import { tieToContext } from './session/context-streams.ts'
import type { DiagnosticSession, TokenHolder } from './session/diagnostic-session.ts'
import { SessionBook } from './session/session-book.ts'
import { openWorkshop } from './workshop/open-workshop.ts'

/** What an engine is assembled from. */
export interface AssemblySetup {
  readonly workshopFile: string
  readonly vehicleFile?: string | undefined
  readonly scenarioFile?: string | undefined
  readonly isClockManual: boolean
  /** Seed of the simulation's random numbers. */
  readonly seed?: number | undefined
  readonly credentials: PartnerCredentials
  /** Further partners that may sign in (default: none). */
  readonly otherPartners?: readonly Partner[] | undefined
  readonly busLog: BusLog
  readonly clocks: Clocks
  readonly log: Logger
}

/** Services that only some engines offer. */
export interface OfferedServices {
  readonly hasLab: boolean
  readonly hasWorkbench: boolean
}

/** An engine whose port and connections are not known yet. */
export interface AssembledEngine extends Engine {
  readonly endpoint: { readonly host: string; port: number }
  readonly connections: { breakOff: (failure: Refusal) => void }
}

/** Builds all parts of an engine; it listens nowhere. */
export function assembleEngine(setup: AssemblySetup): AssembledEngine {
  const { clocks, log } = setup
  const gauges = new Gauges<EngineGauge>()
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
  const engine: AssembledEngine = {
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
    log,
    endpoint: { host: '127.0.0.1', port: 0 },
    connections: { breakOff: (_failure: Refusal): void => undefined },
  }
  faults.attach(engine)
  logTransitions(engine)
  if (setup.scenarioFile !== undefined) playScenario(engine, setup.scenarioFile)
  return engine
}

/** The handlers of the rpcs of an engine. */
export const handlersOf = ({ vault, gauges, log }: Pick<Engine, 'vault' | 'gauges' | 'log'>) =>
  new RpcHandlers({ name: 'engine', tokens: vault, gauges, log, tie: tieToContext })

/** The services of the protocol and of the workbench, without the standard ones of gRPC. */
export function servicesOf(engine: Engine, { hasLab, hasWorkbench }: OfferedServices): readonly RpcService[] {
  return [
    ...openObdServices(engine),
    ...(hasWorkbench ? workbenchServices(engine) : []),
    ...(hasLab ? labServices(engine) : []),
  ]
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
