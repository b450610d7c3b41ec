import type { Clock } from '../../server/clock/clock.ts'
import type { Addressing } from './uds/server.ts'

/** How an ECU's answers get to whoever asked. */
export interface EcuTransport {
  respond(payload: Uint8Array): void
  /** Forgets conversations and whatever is on its way, as without power. */
  powerOff(): void
  /** Leaves the bus. */
  dispose(): void
}

/** The ECU around a transport. */
export interface EcuSide {
  readonly clock: Clock
  /** Whether the ECU hears at all at the moment. */
  hears(): boolean
  requestReceived(request: Uint8Array, addressing: Addressing): void
  /** The tester is there, although it asks for nothing. */
  signOfLife(): void
  /** A conversation that carried a diagnostic session is over. */
  conversationEnded(): void
}
