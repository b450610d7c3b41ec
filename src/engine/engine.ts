import type { Logger } from 'pino'
import type { FunctionBroker } from '../server/broker/function-broker.ts'
import type { Partner, PartnerCredentials } from '../server/credentials.ts'
import type { PromptBoard } from '../server/prompts/prompt-board.ts'
import type { Refusal } from '../server/refusal.ts'
import type { TokenVault } from '../server/tokens.ts'
import type { ScriptLog } from '../server/viewer/script-log.ts'
import type { Clocks } from './clocks.ts'
import type { FaultRegistry } from './faults/fault-registry.ts'
import type { EngineGauges } from './gauges.ts'
import type { TokenHolder } from './session/diagnostic-session.ts'
import type { SessionBook } from './session/session-book.ts'
import type { Workshop } from './workshop/workshop.ts'

/** Address of the engine; known once it listens. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** The connections of all clients. */
export interface Connections {
  /** Ends every stream with a failure and closes every connection; clients may reconnect at once. */
  breakOff(failure: Refusal): void
}

/** What a service may use. A service receives it when it is created, and the authorised call with each rpc. */
export interface Engine {
  readonly clocks: Clocks
  readonly isClockManual: boolean
  readonly vault: TokenVault<TokenHolder>
  readonly sessions: SessionBook
  readonly workshop: Workshop
  readonly broker: FunctionBroker
  readonly prompts: PromptBoard
  readonly scriptLog: ScriptLog
  readonly faults: FaultRegistry<Engine>
  readonly gauges: EngineGauges
  readonly credentials: PartnerCredentials
  /** Partners beside the first one; they sign in to the same workshop and cluster. */
  readonly otherPartners: readonly Partner[]
  readonly log: Logger
  /** Set as soon as the port is known. */
  readonly endpoint: Endpoint
  readonly connections: Connections
}
