import type { Bus } from '../openobd/wire/bus-configuration.ts'
import type { Ecu } from '../openobd/wire/ecu.ts'
import type { FailureCode } from '../shared/outcome.ts'
import type { PromptChoice, PromptControl } from '../shared/prompt.ts'
import type { TranslatedText } from './translated-text.ts'

/** Why a step of a function failed, as a failure code of the application. The message holds no token and no endpoint. */
export class SessionFailure extends Error {
  readonly code: FailureCode

  constructor(code: FailureCode, message: string) {
    super(message)
    this.name = 'SessionFailure'
    this.code = code
  }
}

/** A bus that carries conversations with ECUs. */
export type DiagnosticBus = Extract<Bus, { readonly kind: 'can' | 'kline' | 'doip' }>

/**
 * The reply to one request. `silent`: no answer although the platform is reachable · `unreadable`: an answer that is neither
 * UDS nor KWP2000.
 */
export type UdsReply =
  | { readonly kind: 'positive'; readonly payload: string }
  | { readonly kind: 'negative'; readonly code: number }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'silent' }

/** A conversation with one ECU, whatever the transport. Payloads are upper-case hex. */
export interface EcuConversation {
  /** Sends one request and waits for its reply, also through "response pending" (0x78). Throws SessionFailure when the link is lost. */
  request(payload: string): Promise<UdsReply>
  close(): void
}

/** A control with its texts in every language; the English text is the original. */
export interface Question<C extends PromptControl = PromptControl> {
  readonly control: C
  readonly texts: readonly TranslatedText[]
}

/** The function's control stream: one question at a time; each replaces the previous one. */
export interface UserInterface {
  /** Shows the control and waits for its answer; `undefined` for a label. Throws SessionFailure `prompt-withdrawn` when the stream was ended. */
  ask(question: Question): Promise<PromptChoice | undefined>
  /** Takes the prompt off the screen. */
  close(): void
}

/** Lines for the script log of the session. */
export interface ScriptLog {
  write(level: 'debug' | 'info' | 'warning' | 'error', content: string): void
  close(): void
}

/** What the platform knows of the car; each part may be unknown. */
export interface KnownVehicle {
  readonly name?: string
  readonly vin?: string
}

/** Everything a built-in function may do in the session it runs in. Every method may throw SessionFailure. */
export interface FunctionSession {
  /** Replaces all buses of the session: at most four, and each pin in one bus only. */
  configureBuses(buses: readonly DiagnosticBus[]): Promise<void>
  /** The detected ECUs, or `detecting` while the connector is still searching. */
  detectedEcus(): Promise<readonly Ecu[] | 'detecting'>
  knownVehicle(): Promise<KnownVehicle>
  /** A conversation with an ECU on a bus that has been configured for it. */
  openConversation(busName: string, ecu: Ecu): EcuConversation
  openUserInterface(): UserInterface
  openScriptLog(): ScriptLog
}
