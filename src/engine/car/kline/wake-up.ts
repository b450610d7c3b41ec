import type { Clock, Timer } from '../../../server/clock/clock.ts'
import { RestWatch } from './idle-wait.ts'
import type { KlinePort, LineByte } from './line.ts'
import { encodeMessage, type HeaderForms, type KlineMessage, MessageReader, startForms } from './message.ts'
import { lineServices, positiveAnswer } from './services.ts'
import { functionalAddress, klineTiming, patience, testerAddress } from './timing.ts'

const { startCommunication } = lineServices
const syncByte = 0x55

/** How an ECU is reached. */
export interface KlineTarget {
  readonly address: number
  readonly init: 'slow' | 'fast'
  readonly baud: number
  /** Header forms to use instead of those of the ECU's key bytes. */
  readonly forms?: HeaderForms | undefined
}

/** The line of a wake-up, and its callbacks. */
export interface WakeUpOptions {
  readonly clock: Clock
  readonly target: KlineTarget
  readonly port: KlinePort
  awake(firstKeyByte: number): void
  missed(): void
}

/** A request of the tester as bytes; undefined when it is too long for these forms. */
export function requestBytes({ address }: KlineTarget, payload: Uint8Array, forms: HeaderForms) {
  const isFunctional = address === functionalAddress
  return encodeMessage({ payload, target: address, source: testerAddress, isFunctional }, forms)
}

/** Whether a message is from the target to the tester. */
export function isAnswerOf({ address }: KlineTarget, { source, target }: KlineMessage): boolean {
  return source === undefined || (target === testerAddress && (source === address || address === functionalAddress))
}

/** One attempt to wake an ECU, fast or slow. It begins at once and ends with `awake` or `missed`, or when it is cancelled. */
export class WakeUp {
  readonly #options: WakeUpOptions
  readonly #rest: RestWatch
  readonly #reader = new MessageReader()
  #heard: number[] | undefined
  #timer: Timer | undefined
  #isOver = false

  constructor(options: WakeUpOptions) {
    this.#options = options
    this.#rest = new RestWatch(options.clock, options.port)
    this.#rest.after(klineTiming.idle, () => {
      if (options.target.init === 'fast') this.#pulse()
      else this.#whistle()
    })
  }

  /** Handles bytes received at the target's rate. */
  byteReceived(byte: LineByte): void {
    if (this.#isOver) return
    if (this.#heard) {
      this.#slowByteReceived(this.#heard, byte.value)
      return
    }
    const message = this.#reader.push(byte)
    if (!message || !isAnswerOf(this.#options.target, message)) return
    const [service, firstKeyByte = 0] = message.payload
    if (service === positiveAnswer(startCommunication) && message.payload.length === 3) this.#end('awake', firstKeyByte)
  }

  cancel(): void {
    this.#isOver = true
    this.#rest.cancel()
    this.#timer?.cancel()
  }

  #pulse() {
    const { port, target } = this.#options
    const bytes = requestBytes(target, Uint8Array.of(startCommunication), startForms) ?? new Uint8Array()
    port.pull(klineTiming.pulse, () => {
      this.#in(klineTiming.pulse, () => {
        this.#reader.reset()
        port.send(bytes, { baud: target.baud, pauseMs: klineTiming.p4 }, () => this.#expectWithin(patience.answer))
      })
    })
  }

  /** Address at 5 baud; the ECU sends 0x55 and two key bytes, then both sides send complements of the second key byte and of the address. */
  #whistle() {
    const { port, target } = this.#options
    this.#heard = []
    port.send(Uint8Array.of(target.address), { baud: klineTiming.slowBaud, pauseMs: 0 }, () =>
      this.#expectWithin(patience.wakeUp),
    )
  }

  #slowByteReceived(heard: number[], value: number) {
    const { port, target } = this.#options
    heard.push(value)
    const [sync, first = 0, second = 0, inverted] = heard
    if (sync !== syncByte) heard.length = 0
    else if (heard.length === 3) {
      this.#in(klineTiming.w4, () =>
        port.send(Uint8Array.of(~second & 0xff), { baud: target.baud, pauseMs: 0 }, () =>
          this.#expectWithin(patience.wakeUp),
        ),
      )
    } else if (heard.length === 4) this.#end(inverted === (~target.address & 0xff) ? 'awake' : 'missed', first)
  }

  #expectWithin(milliseconds: number) {
    this.#in(milliseconds, () => this.#end('missed', 0))
  }

  #in(milliseconds: number, run: () => void) {
    this.#timer?.cancel()
    if (!this.#isOver) this.#timer = this.#options.clock.after(milliseconds, run)
  }

  #end(how: 'awake' | 'missed', firstKeyByte: number) {
    this.cancel()
    if (how === 'awake') this.#options.awake(firstKeyByte)
    else this.#options.missed()
  }
}
