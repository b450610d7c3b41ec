import type { BusClock, BusTimer } from '../bus-clock.ts'
import type { KlinePort, LineByte } from './line.ts'
import {
  encodeMessage,
  type HeaderForms,
  headerForms,
  type KlineMessage,
  MessageReader,
  startForms,
} from './message.ts'
import { functionalAddress, klineTiming, patience, testerAddress } from './timing.ts'
import type { TurnTaking } from './turns.ts'

const startCommunicationRequest = Uint8Array.of(0x81)
const startCommunicationAnswer = 0xc1
const testerPresentRequest = Uint8Array.of(0x3e, 0x01)
const testerPresent = 0x3e
const negativeResponse = 0x7f
const responsePending = 0x78
const syncByte = 0x55
const mostWakeUps = 2
/** Quiet time after which TesterPresent keeps the ECU awake; well below P3. */
const keepAliveEveryMs = 2000

/** Why a request did not get through. */
export type KlineFailure = 'no-wake-up' | 'too-long-for-the-header'

/** How an ECU is reached. */
export interface KlineTarget {
  readonly address: number
  readonly init: 'slow' | 'fast'
  readonly baud: number
  /** Header forms to use instead of those that the ECU's key bytes tell. */
  readonly forms?: HeaderForms | undefined
}

/** The line below a conversation, and who hears of it. */
export interface KlineConversationOptions {
  readonly clock: BusClock
  readonly target: KlineTarget
  readonly port: KlinePort
  readonly turns: TurnTaking
  messageReceived(payload: Uint8Array): void
  failed(failure: KlineFailure): void
}

interface Waiting {
  readonly payload: Uint8Array
  readonly done: () => void
}

/** What a message means for the request that waits. */
type Reception = 'complete' | 'promised' | 'unrelated'

/**
 * A tester's side of a K-line: the ECU is woken with the first request and kept awake by TesterPresent, whose answers nobody
 * else sees. An ECU that does not answer is asked whether it is still awake before the next request, and woken again if not.
 */
export class KlineConversation {
  readonly #options: KlineConversationOptions
  readonly #reader = new MessageReader()
  readonly #waiting: Waiting[] = []
  #forms: HeaderForms | undefined
  #isDoubtful = false
  #isWorking = false
  #isClosed = false
  #expect: ((byte: LineByte) => void) | undefined
  #answered: ((payload: Uint8Array) => void) | undefined
  #timer: BusTimer | undefined
  #keepAlive: BusTimer | undefined
  #endTurn: (() => void) | undefined
  #current: Waiting | undefined
  #dropsTesterPresent = false

  constructor(options: KlineConversationOptions) {
    this.#options = options
  }

  /** Sends a request; `done` is called when the ECU has answered it or the tester has stopped waiting. */
  send(payload: Uint8Array, done: () => void): void {
    this.#waiting.push({ payload, done })
    this.#work()
  }

  /** Something came over the line. */
  byteReceived(byte: LineByte): void {
    if (this.#isClosed) return
    if (byte.baud !== this.#options.target.baud) {
      this.#reader.reset()
      return
    }
    if (this.#expect) {
      this.#expect(byte)
      return
    }
    const message = this.#reader.push(byte)
    if (message && this.#isMeant(message)) this.#messageReceived(message.payload)
  }

  /** Falls silent; the ECU goes to sleep by itself. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#keepAlive?.cancel()
    this.#endTurn?.()
    this.#current?.done()
    for (const { done } of this.#waiting.splice(0)) done()
  }

  #isMeant({ source, target }: KlineMessage): boolean {
    const { address } = this.#options.target
    return source === undefined || (target === testerAddress && (source === address || address === functionalAddress))
  }

  #messageReceived(payload: Uint8Array) {
    if (this.#answered) this.#answered(payload)
    else if (!this.#dropsTesterPresent || !isTesterPresentAnswer(payload)) this.#options.messageReceived(payload)
  }

  #work() {
    if (this.#isWorking || this.#isClosed || this.#waiting.length === 0) return
    this.#isWorking = true
    this.#keepAlive?.cancel()
    this.#options.turns.take((endTurn) => {
      this.#endTurn = endTurn
      if (this.#isClosed) endTurn()
      else this.#prepare(() => this.#request())
    })
  }

  /** Makes sure that the ECU is awake. */
  #prepare(then: () => void) {
    if (!this.#forms) this.#wakeUp(1, then)
    else if (!this.#isDoubtful) then()
    else {
      this.#askWhetherAwake((isAwake) => {
        if (isAwake) then()
        else this.#wakeUp(1, then)
      })
    }
  }

  #request() {
    const waiting = this.#waiting.shift()
    if (!waiting) {
      this.#finish()
      return
    }
    const bytes = this.#encode(waiting.payload)
    const end = (isAnswered: boolean) => {
      this.#isDoubtful = !isAnswered
      this.#current = undefined
      this.#finish()
      waiting.done()
    }
    if (!bytes) {
      this.#options.failed('too-long-for-the-header')
      end(true)
      return
    }
    this.#current = waiting
    this.#dropsTesterPresent = false
    const answered = (payload: Uint8Array): Reception => {
      this.#options.messageReceived(payload)
      return isPending(payload, waiting.payload[0]) ? 'promised' : 'complete'
    }
    this.#exchange(bytes, answered, end)
  }

  /** Sends bytes after P3 and listens until the answer is complete, or the tester's patience ends. */
  #exchange(bytes: Uint8Array, answered: (payload: Uint8Array) => Reception, end: (isAnswered: boolean) => void) {
    const { port, target } = this.#options
    const stop = (isAnswered: boolean) => {
      this.#timer?.cancel()
      this.#answered = undefined
      end(isAnswered)
    }
    this.#afterQuiet(klineTiming.p3, () => {
      this.#reader.reset()
      this.#answered = (payload) => {
        const reception = answered(payload)
        if (reception === 'complete') stop(true)
        else if (reception === 'promised') this.#waitFor(patience.pending, () => stop(false))
      }
      port.send(bytes, { baud: target.baud, pauseMs: klineTiming.p4 }, () => {
        if (!this.#isClosed) this.#waitFor(patience.answer, () => stop(false))
      })
    })
  }

  /** TesterPresent of our own: its answer, positive or not, proves life and goes nowhere, even if it comes late. */
  #askWhetherAwake(told: (isAwake: boolean) => void) {
    const bytes = this.#encode(testerPresentRequest)
    if (!bytes) {
      told(false)
      return
    }
    this.#dropsTesterPresent = true
    const answered = (payload: Uint8Array): Reception => {
      if (isPending(payload, testerPresent)) return 'promised'
      if (isTesterPresentAnswer(payload)) return 'complete'
      this.#options.messageReceived(payload)
      return 'unrelated'
    }
    this.#exchange(bytes, answered, told)
  }

  #encode(payload: Uint8Array, forms = this.#forms ?? startForms): Uint8Array | undefined {
    const { address } = this.#options.target
    const isFunctional = address === functionalAddress
    return encodeMessage({ payload, target: address, source: testerAddress, isFunctional }, forms)
  }

  #wakeUp(attempt: number, then: () => void) {
    this.#forms = undefined
    this.#isDoubtful = false
    const missed = () => {
      this.#expect = undefined
      this.#answered = undefined
      if (attempt < mostWakeUps) this.#wakeUp(attempt + 1, then)
      else this.#giveUp()
    }
    const awake = (firstKeyByte: number) => {
      this.#forms = this.#options.target.forms ?? headerForms(firstKeyByte)
      then()
    }
    this.#afterQuiet(klineTiming.idle, () => {
      if (this.#options.target.init === 'fast') this.#wakeFast(awake, missed)
      else this.#wakeSlowly(awake, missed)
    })
  }

  #wakeFast(awake: (firstKeyByte: number) => void, missed: () => void) {
    const { port, clock, target } = this.#options
    port.pull(klineTiming.pulse, () => {
      if (this.#isClosed) return
      this.#timer = clock.after(klineTiming.pulse, () => {
        const bytes = this.#encode(startCommunicationRequest, startForms) ?? new Uint8Array()
        this.#reader.reset()
        this.#answered = (payload) => {
          if (payload[0] !== startCommunicationAnswer || payload.length !== 3) return
          this.#timer?.cancel()
          this.#answered = undefined
          awake(payload[1] ?? 0)
        }
        port.send(bytes, { baud: target.baud, pauseMs: klineTiming.p4 }, () => {
          if (!this.#isClosed) this.#waitFor(patience.answer, missed)
        })
      })
    })
  }

  /** Address at 5 baud; 0x55 and two key bytes come back, then complements of the second key byte and of the address. */
  #wakeSlowly(awake: (firstKeyByte: number) => void, missed: () => void) {
    const { port, target, clock } = this.#options
    const heard: number[] = []
    this.#expect = ({ value }) => {
      heard.push(value)
      const [sync, first = 0, second = 0, inverted] = heard
      if (sync !== syncByte) heard.length = 0
      else if (heard.length === 3) {
        this.#timer?.cancel()
        this.#timer = clock.after(klineTiming.w4, () =>
          port.send(Uint8Array.of(~second & 0xff), { baud: target.baud, pauseMs: 0 }, () => {
            if (!this.#isClosed) this.#waitFor(patience.wakeUp, missed)
          }),
        )
      } else if (heard.length === 4) {
        this.#timer?.cancel()
        this.#expect = undefined
        if (inverted === (~target.address & 0xff)) awake(first)
        else missed()
      }
    }
    port.send(Uint8Array.of(target.address), { baud: klineTiming.slowBaud, pauseMs: 0 }, () => {
      if (!this.#isClosed) this.#waitFor(patience.wakeUp, missed)
    })
  }

  #giveUp() {
    const lost = this.#waiting.splice(0)
    this.#finish()
    this.#options.failed('no-wake-up')
    for (const { done } of lost) done()
  }

  #finish() {
    this.#isWorking = false
    this.#endTurn?.()
    this.#endTurn = undefined
    if (this.#isClosed) return
    if (this.#waiting.length > 0) this.#work()
    else if (this.#forms) this.#keepAwakeLater()
  }

  #keepAwakeLater() {
    this.#keepAlive?.cancel()
    this.#keepAlive = this.#options.clock.after(keepAliveEveryMs, () => {
      if (this.#isWorking) return
      this.#isWorking = true
      this.#options.turns.take((endTurn) => {
        this.#endTurn = endTurn
        if (this.#isClosed) {
          endTurn()
          return
        }
        this.#askWhetherAwake((isAwake) => {
          if (!isAwake) this.#forms = undefined
          this.#finish()
        })
      })
    })
  }

  #waitFor(milliseconds: number, missed: () => void) {
    this.#timer?.cancel()
    this.#timer = this.#options.clock.after(milliseconds, missed)
  }

  #afterQuiet(quietMs: number, run: () => void) {
    const look = () => {
      const missing = quietMs - this.#options.port.quietMs()
      if (missing > 1e-6) this.#timer = this.#options.clock.after(missing, look)
      else run()
    }
    look()
  }
}

function isTesterPresentAnswer(payload: Uint8Array): boolean {
  return payload[0] === testerPresent + 0x40 || (payload[0] === negativeResponse && payload[1] === testerPresent)
}

function isPending(payload: Uint8Array, service: number | undefined): boolean {
  return payload[0] === negativeResponse && payload[1] === service && payload[2] === responsePending
}
