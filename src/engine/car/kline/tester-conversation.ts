import type { Clock, Timer } from '../../../server/clock/clock.ts'
import { RestWatch } from './idle-wait.ts'
import type { KlinePort, LineByte } from './line.ts'
import { type HeaderForms, headerForms, MessageReader } from './message.ts'
import { isAnswerTo, isPromise, lineServices, positiveAnswer } from './services.ts'
import { klineTiming, patience } from './timing.ts'
import type { TurnTaking } from './turn-queue.ts'
import { isAnswerOf, type KlineTarget, requestBytes, WakeUp } from './wake-up.ts'

const { stopCommunication, testerPresent } = lineServices
const testerPresentRequest = Uint8Array.of(testerPresent, 0x01)
const mostWakeUps = 2
/** Time without traffic after which TesterPresent is sent; well below P3. */
const keepAliveEveryMs = 2000

/** Why a request failed. */
export type KlineFailure = 'no-wake-up' | 'too-long-for-the-header'

/** The line of a conversation, and its callbacks. */
export interface KlineConversationOptions {
  readonly clock: Clock
  readonly target: KlineTarget
  readonly port: KlinePort
  readonly turns: TurnTaking
  /** Whether StopCommunication can be sent to an ECU that is awake; otherwise the tester only stops sending. */
  canSayGoodbye(): boolean
  messageReceived(payload: Uint8Array): void
  failed(failure: KlineFailure): void
}

interface Waiting {
  readonly payload: Uint8Array
  readonly done: () => void
}

/** Relation of a message to the waiting request. */
type Reception = 'complete' | 'promised' | 'unrelated'

/** `closing`: answers are dropped, and StopCommunication is still to be sent. */
type State = 'open' | 'closing' | 'over'

/**
 * A tester's side of a K-line: the ECU is woken with the first request and kept awake by TesterPresent, whose answers are
 * not passed on. After a missing answer the tester checks before the next request whether the ECU is awake, and wakes it if not.
 */
export class KlineConversation {
  readonly #options: KlineConversationOptions
  readonly #reader = new MessageReader()
  readonly #rest: RestWatch
  readonly #waiting: Waiting[] = []
  #state: State = 'open'
  /** Known while the ECU is awake. */
  #forms: HeaderForms | undefined
  #isDoubtful = false
  #isWorking = false
  #hasAsked = false
  #wakeUp: WakeUp | undefined
  #answered: ((payload: Uint8Array) => void) | undefined
  #timer: Timer | undefined
  #keepAlive: Timer | undefined
  #goodbyeDue: Timer | undefined
  #endTurn: (() => void) | undefined
  #current: Waiting | undefined
  #dropsTesterPresent = false
  #over: () => void = () => undefined

  constructor(options: KlineConversationOptions) {
    this.#options = options
    this.#rest = new RestWatch(options.clock, options.port)
  }

  /** Sends a request; `done` is called when the ECU has answered it or the tester has stopped waiting. */
  send(payload: Uint8Array, done: () => void): void {
    if (this.#state !== 'open') {
      done()
      return
    }
    this.#waiting.push({ payload, done })
    this.#work()
  }

  /** Handles bytes received on the line. */
  byteReceived(byte: LineByte): void {
    if (this.#state === 'over') return
    if (byte.baud !== this.#options.target.baud) {
      this.#reader.reset()
      return
    }
    if (this.#wakeUp) {
      this.#wakeUp.byteReceived(byte)
      return
    }
    const message = this.#reader.push(byte)
    if (message && isAnswerOf(this.#options.target, message)) this.#messageReceived(message.payload)
  }

  /**
   * Drops all requests. An ECU that is awake gets StopCommunication after its pending answer; when the line stays busy it
   * falls asleep without it. `over` is called when nothing more will be sent.
   */
  close(over: () => void = () => undefined): void {
    if (this.#state !== 'open') return
    this.#state = 'closing'
    this.#over = over
    this.#keepAlive?.cancel()
    this.#current?.done()
    this.#current = undefined
    for (const { done } of this.#waiting.splice(0)) done()
    if (!this.#forms || !this.#options.canSayGoodbye()) {
      this.#leave()
      return
    }
    this.#goodbyeDue = this.#options.clock.after(patience.goodbye, () => this.#leave())
    this.#takeTurn(() => undefined)
  }

  #messageReceived(payload: Uint8Array) {
    if (this.#answered) this.#answered(payload)
    else if (!this.#dropsTesterPresent || !isAnswerTo(testerPresent, payload)) this.#deliver(payload)
  }

  /** Before the first request of this conversation answers are meant for another one. */
  #deliver(payload: Uint8Array) {
    if (this.#state === 'open' && this.#hasAsked) this.#options.messageReceived(payload)
  }

  #work() {
    if (this.#waiting.length > 0) this.#takeTurn(() => this.#prepare(() => this.#request()))
  }

  /** Runs `run` when it is this conversation's turn, unless it has one already; a closing conversation sends StopCommunication instead. */
  #takeTurn(run: () => void) {
    if (this.#isWorking) return
    this.#isWorking = true
    this.#keepAlive?.cancel()
    this.#options.turns.take((endTurn) => {
      this.#endTurn = endTurn
      if (this.#state === 'over') endTurn()
      else if (this.#state === 'closing') this.#sayGoodbye()
      else run()
    })
  }

  /** Makes sure that the ECU is awake. */
  #prepare(then: () => void) {
    if (!this.#forms) this.#wake(1, then)
    else if (!this.#isDoubtful) then()
    else {
      this.#askWhetherAwake((isAwake) => {
        if (isAwake || this.#state !== 'open') then()
        else this.#wake(1, then)
      })
    }
  }

  #wake(attempt: number, then: () => void) {
    this.#forms = undefined
    this.#isDoubtful = false
    this.#wakeUp = new WakeUp({
      ...this.#options,
      awake: (firstKeyByte) => {
        this.#wakeUp = undefined
        this.#forms = this.#options.target.forms ?? headerForms(firstKeyByte)
        then()
      },
      missed: () => {
        this.#wakeUp = undefined
        if (attempt < mostWakeUps) this.#wake(attempt + 1, then)
        else this.#giveUp()
      },
    })
  }

  #request() {
    const waiting = this.#waiting.shift()
    const bytes = waiting && this.#encode(waiting.payload)
    if (!waiting || !bytes) {
      if (waiting) this.#options.failed('too-long-for-the-header')
      this.#finish()
      waiting?.done()
      return
    }
    this.#current = waiting
    this.#hasAsked = true
    this.#dropsTesterPresent = false
    const [service] = waiting.payload
    const answered = (payload: Uint8Array): Reception => {
      this.#deliver(payload)
      if (service === stopCommunication && payload[0] === positiveAnswer(stopCommunication)) this.#forms = undefined
      return isPromise(service, payload) ? 'promised' : 'complete'
    }
    this.#exchange(bytes, answered, (isAnswered) => {
      this.#isDoubtful = !isAnswered
      const isAwaited = this.#current === waiting
      this.#current = undefined
      this.#finish()
      if (isAwaited) waiting.done()
    })
  }

  /** Sends bytes after P3 and listens until the answer is complete or the time limit ends. */
  #exchange(bytes: Uint8Array, answered: (payload: Uint8Array) => Reception, end: (isAnswered: boolean) => void) {
    const { port, target } = this.#options
    const stop = (isAnswered: boolean) => {
      this.#timer?.cancel()
      this.#answered = undefined
      end(isAnswered)
    }
    this.#rest.after(klineTiming.p3, () => {
      this.#reader.reset()
      this.#answered = (payload) => {
        const reception = answered(payload)
        if (reception === 'complete') stop(true)
        else if (reception === 'promised') this.#waitFor(patience.pending, () => stop(false))
      }
      port.send(bytes, { baud: target.baud, pauseMs: klineTiming.p4 }, () =>
        this.#waitFor(patience.answer, () => stop(false)),
      )
    })
  }

  /** TesterPresent of our own: any answer, also a late one, proves that the ECU is awake and is not passed on. */
  #askWhetherAwake(told: (isAwake: boolean) => void) {
    const bytes = this.#encode(testerPresentRequest)
    if (!bytes) {
      told(false)
      return
    }
    this.#dropsTesterPresent = true
    const answered = (payload: Uint8Array): Reception => {
      if (isPromise(testerPresent, payload)) return 'promised'
      if (isAnswerTo(testerPresent, payload)) return 'complete'
      this.#deliver(payload)
      return 'unrelated'
    }
    this.#exchange(bytes, answered, told)
  }

  /** Sends StopCommunication and keeps the turn until the ECU has answered, so that no other request collides with it. */
  #sayGoodbye() {
    const bytes = this.#forms && this.#options.canSayGoodbye() && this.#encode(Uint8Array.of(stopCommunication))
    if (!bytes) {
      this.#leave()
      return
    }
    const answered = (payload: Uint8Array): Reception =>
      isAnswerTo(stopCommunication, payload) ? 'complete' : 'unrelated'
    this.#exchange(bytes, answered, () => this.#leave())
  }

  #encode(payload: Uint8Array): Uint8Array | undefined {
    return this.#forms && requestBytes(this.#options.target, payload, this.#forms)
  }

  #giveUp() {
    const lost = this.#waiting.splice(0)
    this.#finish()
    this.#options.failed('no-wake-up')
    for (const { done } of lost) done()
  }

  /** Ends the turn; a closing conversation sends StopCommunication first. */
  #finish() {
    if (this.#state === 'closing') {
      this.#sayGoodbye()
      return
    }
    this.#isWorking = false
    this.#endTurn?.()
    this.#endTurn = undefined
    if (this.#waiting.length > 0) this.#work()
    else if (this.#forms) this.#keepAwakeLater()
  }

  #leave() {
    if (this.#state === 'over') return
    this.#state = 'over'
    for (const timer of [this.#timer, this.#keepAlive, this.#goodbyeDue, this.#wakeUp, this.#rest]) timer?.cancel()
    this.#endTurn?.()
    this.#over()
  }

  #keepAwakeLater() {
    this.#keepAlive?.cancel()
    this.#keepAlive = this.#options.clock.after(keepAliveEveryMs, () =>
      this.#takeTurn(() =>
        this.#askWhetherAwake((isAwake) => {
          if (!isAwake) this.#forms = undefined
          this.#finish()
        }),
      ),
    )
  }

  #waitFor(milliseconds: number, missed: () => void) {
    this.#timer?.cancel()
    if (this.#state !== 'over') this.#timer = this.#options.clock.after(milliseconds, missed)
  }
}
