import type { Clock } from '../openobd/clock.ts'
import { configureBuses } from '../openobd/diagnostics/config.ts'
import type { DiagnosticChannel } from '../openobd/diagnostics/diagnostic-channel.ts'
import { type UdsAnswer, UdsChannel } from '../openobd/diagnostics/uds-channel.ts'
import type { CallFailure, CallOutcome } from '../openobd/failure.ts'
import type { Channel } from '../openobd/grpc/grpc-channel.ts'
import { ControlAsker } from '../openobd/session/control-asker.ts'
import { Heartbeat } from '../openobd/session/heartbeat.ts'
import { ScriptLog as OpenObdScriptLog } from '../openobd/session/script-log.ts'
import { SessionCalls, type SessionTokenSource } from '../openobd/session/session-calls.ts'
import { getEcuList, getVehicleDetails } from '../openobd/session/vehicle-info.ts'
import type { Ecu } from '../openobd/wire/ecu.ts'
import { assertNever } from '../shared/assert-never.ts'
import { succeeded } from '../shared/outcome.ts'
import type { PromptChoice } from '../shared/prompt.ts'
import {
  type DiagnosticBus,
  type EcuConversation,
  type FunctionSession,
  type KnownVehicle,
  type Question,
  type ScriptLog,
  SessionFailure,
  type UdsReply,
  type UserInterface,
} from './function-session.ts'
import { translationsOf } from './translated-text.ts'

/** Time limit for the first answer of an ECU, in ms; much longer than P2 (50 ms) plus a slow link. */
const answerTimeoutMs = 2_000
/** The same for an ECU with 5-baud initialisation: sending its address alone takes two seconds (ISO 14230-2). */
const slowInitialisationTimeoutMs = 6_000

const failureOf = ({ code, rpc, detail }: CallFailure) =>
  new SessionFailure(code, `${rpc}: ${code}${detail ? ` (${detail})` : ''}`)

/** The one adapter between the ports of a function and the gRPC client. */
export class OpenObdSession implements FunctionSession {
  readonly calls: SessionCalls
  readonly #channel: Channel
  readonly #heartbeat: Heartbeat
  readonly #clock: Clock
  readonly #open = new Set<() => void>()
  readonly #openLogs = new Set<() => void>()
  readonly #pendingLogs: Promise<unknown>[] = []
  #isLost = false
  #closing: Promise<void> | undefined

  constructor(channel: Channel, tokens: SessionTokenSource, clock: Clock, random: () => number) {
    this.#channel = channel
    this.#clock = clock
    this.calls = new SessionCalls(channel, tokens, () => this.#heartbeat.confirm())
    this.#heartbeat = new Heartbeat({
      clock,
      random,
      calls: this.calls,
      onLiveness: (liveness) => {
        if (liveness === 'lost') this.#lose()
      },
    })
    this.#heartbeat.start()
  }

  async configureBuses(buses: readonly DiagnosticBus[]): Promise<void> {
    this.#value(await configureBuses(this.calls, buses))
  }

  async detectedEcus(): Promise<readonly Ecu[] | 'detecting'> {
    const detection = this.#value(await getEcuList(this.calls))
    return detection.status === 'detecting' ? 'detecting' : detection.ecus
  }

  async knownVehicle(): Promise<KnownVehicle> {
    const outcome = await getVehicleDetails(this.calls)
    if (outcome.ok) return outcome.value
    if (outcome.failure.code === 'not-supported-by-server' || outcome.failure.code === 'not-found') return {}
    throw this.#failure(outcome.failure)
  }

  openConversation(busName: string, ecu: Ecu): EcuConversation {
    const conversation = new UdsChannel(this.calls, this.#clock, channelOf(busName, ecu))
    const isSlow = ecu.kind === 'kline' && ecu.bus.initialisation === 'slow'
    const timeoutMs = isSlow ? slowInitialisationTimeoutMs : answerTimeoutMs
    return {
      request: async (payload) => {
        const bytes = Buffer.from(payload, 'hex')
        return udsReply(this.#value(await conversation.request(bytes, { timeoutMs })))
      },
      close: this.#whenOpen(() => conversation.close()).close,
    }
  }

  openUserInterface(): UserInterface {
    const asker = new ControlAsker(this.calls)
    const { close, isOpen } = this.#whenOpen(() => asker.close())
    return {
      ask: async (question) => {
        if (!isOpen()) throw new SessionFailure('prompt-withdrawn', 'The control stream has been closed.')
        return this.#value(await ask(asker, question))
      },
      close,
    }
  }

  openScriptLog(): ScriptLog {
    const log = new OpenObdScriptLog(this.calls)
    const { close, isOpen } = this.#whenOpen(() => this.#pendingLogs.push(log.close()), this.#openLogs)
    return {
      write: (level, content) => {
        if (isOpen()) log.write(level, content)
      },
      close,
    }
  }

  /** Closes prompts and conversations, which ends every wait. The log stays writable. */
  interrupt(): void {
    // No wait is left whose cause the heartbeat could tell, and the session may be over.
    this.#heartbeat.stop()
    for (const close of [...this.#open]) close()
  }

  /** Closes everything that is still open, sends the last log lines and closes the gRPC channel. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    this.interrupt()
    for (const close of [...this.#openLogs]) close()
    const receipts = Promise.all(this.#pendingLogs)
    await Promise.race([receipts, new Promise((resolve) => this.#clock.after(1_000, () => resolve(undefined)))])
    this.#channel.close()
  }

  /** The platform has been silent for too long: ends every wait. */
  #lose(): void {
    this.#isLost = true
    this.interrupt()
  }

  /** Registers a close action, which runs at most once. */
  #whenOpen(close: () => void, among = this.#open): { close: () => void; isOpen: () => boolean } {
    const once = () => {
      if (among.delete(once)) close()
    }
    among.add(once)
    return { close: once, isOpen: () => among.has(once) }
  }

  #value<T>(outcome: CallOutcome<T>): T {
    if (outcome.ok) return outcome.value
    throw this.#failure(outcome.failure)
  }

  #failure(failure: CallFailure): SessionFailure {
    if (!this.#isLost) return failureOf(failure)
    return new SessionFailure('connection-lost', `${failure.rpc}: no message from the platform for too long`)
  }
}

function channelOf(busName: string, ecu: Ecu): DiagnosticChannel {
  switch (ecu.kind) {
    case 'isotp': {
      const { kind, bus: _, ...address } = ecu
      return { kind, channel: { busName, ...address } }
    }
    case 'kline':
    case 'tp20':
    case 'doip': {
      const { bus: _, ...address } = ecu
      return { busName, ...address }
    }
    default:
      return assertNever(ecu)
  }
}

function udsReply(answer: UdsAnswer): UdsReply {
  switch (answer.kind) {
    case 'positive':
      return { kind: 'positive', payload: Buffer.from(answer.payload).toString('hex').toUpperCase() }
    case 'negative':
      return { kind: 'negative', code: answer.code }
    case 'malformed':
      return { kind: 'unreadable' }
    case 'no-answer':
      return { kind: 'silent' }
    case 'cancelled':
      throw new SessionFailure('session-ended', 'The conversation was closed.')
    default:
      return assertNever(answer)
  }
}

async function ask(asker: ControlAsker, { control, texts }: Question): Promise<CallOutcome<PromptChoice | undefined>> {
  const settings = { translations: translationsOf(texts) }
  switch (control.kind) {
    case 'label':
      return mapped(await asker.showLabel(control.label, control.minimalDisplayTimeMs, settings), () => undefined)
    case 'yesno':
      return mapped(await asker.askYesNo(control.label, settings), (yes) => ({ kind: 'yesno', yes }))
    case 'continue':
      return mapped(await asker.askContinue(control.label, settings), () => ({ kind: 'continue' }))
    case 'freetext':
      return mapped(await asker.askFreeText(control.label, settings), (text) => ({ kind: 'freetext', text }))
    case 'options':
      return mapped(await asker.askOption(control.label, control.options, settings), (option) => ({
        kind: 'options',
        option,
      }))
    case 'number':
      return mapped(await asker.askNumber(control.label, control, settings), (number) => ({ kind: 'number', number }))
    case 'unknown':
      throw new Error('A control of an unknown kind cannot be asked.')
    default:
      return assertNever(control)
  }
}

const mapped = <T>(
  outcome: CallOutcome<T>,
  convert: (value: T) => PromptChoice | undefined,
): CallOutcome<PromptChoice | undefined> => (outcome.ok ? succeeded(convert(outcome.value)) : outcome)
