import type { Logger } from 'pino'
import type { FunctionBroker } from './broker/function-broker.ts'
import type { Clocks } from './clock/clock.ts'
import type { FaultRegistry } from './faults/fault-registry.ts'
import type { Gauges } from './gauges.ts'
import type { Refusal } from './refusal.ts'
import type { TokenHolder } from './session/diagnostic-session.ts'
import type { SessionBook } from './session/session-book.ts'
import type { TokenVault } from './session/tokens.ts'
import type { PromptBoard } from './ui/prompt-board.ts'
import type { ScriptLog } from './viewer/script-log.ts'
import type { Workshop } from './workshop/workshop.ts'

/** Credentials of a partner. */
export interface Partner {
  readonly clientId: string
  readonly clientSecret: string
}

/** Credentials of the first partner; the ready line contains them. */
export interface PartnerCredentials extends Partner {
  readonly clusterId: string
}

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
  readonly gauges: Gauges
  readonly credentials: PartnerCredentials
  /** Partners beside the first one; they sign in to the same workshop and cluster. */
  readonly otherPartners: readonly Partner[]
  readonly log: Logger
  /** Set as soon as the port is known. */
  readonly endpoint: Endpoint
  readonly connections: Connections
}
