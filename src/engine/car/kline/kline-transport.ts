import type { Timer } from '../../../server/clock/clock.ts'
import type { EcuSide, EcuTransport } from '../ecu-transport.ts'
import type { KlineDescription } from '../file/transport-schema.ts'
import { Deadline } from '../isotp/deadline.ts'
import { RestWatch } from './idle-wait.ts'
import type { KLine, KlinePort, LineByte } from './line.ts'
import {
  encodeMessage,
  type HeaderForms,
  headerForms,
  MessageReader,
  type ReceivedMessage,
  startForms,
} from './message.ts'
import { lineServices, positiveAnswer } from './services.ts'
import { functionalAddress, klineTiming, testerAddress } from './timing.ts'

const { startCommunication, stopCommunication } = lineServices
const syncByte = 0x55

/** State of the wake-up of an ECU: `confirming` waits for the complement of its second key byte. */
type Wakefulness = 'asleep' | 'pulsed' | 'greeting' | 'confirming' | 'awake'

/** An ECU's side of a K-line: after fast or slow initialisation it answers until no request came for P3. */
export class KlineTransport implements EcuTransport {
  readonly #kline: KlineDescription
  readonly #side: EcuSide
  readonly #port: KlinePort
  readonly #reader = new MessageReader()
  readonly #forms: HeaderForms
  readonly #silence: Deadline
  readonly #rest: RestWatch
  #wakefulness: Wakefulness = 'asleep'
  #pulsedAt = 0
  #spokeAt = Number.NEGATIVE_INFINITY
  #requester = testerAddress
  #answers: Uint8Array[] = []
  #isAnswering = false
  #timer: Timer | undefined
  #invertedAddress = 0
  #answersSent: () => void = () => undefined

  constructor(kline: KlineDescription, line: KLine, side: EcuSide) {
    this.#kline = kline
    this.#side = side
    this.#forms = headerForms(kline.keyBytes[0])
    this.#silence = new Deadline(side.clock, () => this.#fallAsleep())
    this.#port = line.attach({
      byteReceived: (byte) => {
        if (side.hears()) this.#byteReceived(byte)
      },
      pulseReceived: (lowMs) => {
        if (side.hears()) this.#pulseReceived(lowMs)
      },
    })
    this.#rest = new RestWatch(side.clock, this.#port)
  }

  respond(payload: Uint8Array): void {
    const message = { payload, target: this.#requester, source: this.#kline.address, isFunctional: false }
    const isFirst = payload[0] === positiveAnswer(startCommunication)
    const bytes = encodeMessage(message, isFirst && !this.#forms.addresses ? startForms : this.#forms)
    if (!bytes || this.#wakefulness !== 'awake') return
    this.#answers.push(bytes)
    this.#answerSoon()
  }

  powerOff(): void {
    this.#wakefulness = 'asleep'
    this.#answers = []
    this.#isAnswering = false
    this.#timer?.cancel()
    this.#rest.cancel()
    this.#silence.cancel()
    this.#reader.reset()
  }

  dispose(): void {
    this.powerOff()
    this.#port.detach()
  }

  #pulseReceived(lowMs: number) {
    const { pulse, pulseTolerance } = klineTiming
    this.#reader.reset()
    if (this.#kline.init !== 'fast' || Math.abs(lowMs - pulse) > pulseTolerance) return
    if (this.#wakefulness === 'asleep') this.#wakefulness = 'pulsed'
    this.#pulsedAt = this.#side.clock.now()
  }

  #byteReceived(byte: LineByte) {
    if (byte.baud === klineTiming.slowBaud) {
      this.#addressReceived(byte.value)
      return
    }
    if (byte.baud !== this.#kline.baud) {
      this.#reader.reset()
      return
    }
    if (this.#wakefulness === 'confirming') {
      this.#confirmed(byte.value)
      return
    }
    if (this.#wakefulness === 'pulsed' || this.#wakefulness === 'awake') {
      const message = this.#reader.push(byte)
      if (message && this.#isMeant(message)) this.#messageReceived(message)
    }
  }

  #isMeant({ target, isFunctional }: ReceivedMessage): boolean {
    if (target === undefined) return !this.#forms.addresses
    return isFunctional ? this.#kline.functional && target === functionalAddress : target === this.#kline.address
  }

  #messageReceived({ payload, source, isFunctional, startedAt }: ReceivedMessage) {
    if (this.#isAnswering || startedAt - this.#spokeAt < klineTiming.p3Min) return
    this.#requester = source ?? testerAddress
    if (payload[0] === startCommunication && this.#kline.init === 'fast') {
      this.#started()
      return
    }
    if (this.#wakefulness !== 'awake') return
    this.#silence.moveTo(klineTiming.p3Max)
    if (payload[0] === stopCommunication) {
      this.respond(Uint8Array.of(positiveAnswer(stopCommunication)))
      this.#answersSent = () => this.#fallAsleep()
    } else this.#side.requestReceived(payload, isFunctional ? 'functional' : 'physical')
  }

  /** StartCommunication counts only in the right distance from the wake-up pulse, or when the ECU is awake anyway. */
  #started() {
    const sincePulse = this.#side.clock.now() - this.#pulsedAt
    if (this.#wakefulness === 'pulsed' && sincePulse > klineTiming.idle) {
      this.#wakefulness = 'asleep'
      return
    }
    this.#wakeUp()
    this.respond(Uint8Array.of(positiveAnswer(startCommunication), ...this.#kline.keyBytes))
  }

  #wakeUp() {
    this.#wakefulness = 'awake'
    this.#answersSent = () => undefined
    this.#reader.reset()
    this.#silence.moveTo(klineTiming.p3Max)
  }

  #addressReceived(address: number) {
    const isMeant = address === this.#kline.address || (this.#kline.functional && address === functionalAddress)
    this.#reader.reset()
    if (this.#kline.init !== 'slow' || !isMeant) return
    this.powerOff()
    this.#wakefulness = 'greeting'
    this.#requester = testerAddress
    this.#invertedAddress = ~address & 0xff
    const [first, second] = this.#kline.keyBytes
    this.#later(klineTiming.w1, [syncByte], () =>
      this.#later(klineTiming.w2, [first], () =>
        this.#later(klineTiming.w3, [second], () => {
          this.#wakefulness = 'confirming'
          this.#timer = this.#side.clock.after(klineTiming.idle, () => this.powerOff())
        }),
      ),
    )
  }

  #confirmed(value: number) {
    this.#timer?.cancel()
    if (value !== (~this.#kline.keyBytes[1] & 0xff)) {
      this.powerOff()
      return
    }
    this.#wakefulness = 'greeting'
    this.#later(klineTiming.w4, [this.#invertedAddress], () => this.#wakeUp())
  }

  #later(pauseMs: number, bytes: readonly number[], then: () => void) {
    const { baud } = this.#kline
    this.#timer = this.#side.clock.after(pauseMs, () =>
      this.#port.send(Uint8Array.from(bytes), { baud, pauseMs: 0 }, () => {
        this.#spokeAt = this.#port.quietSince()
        if (this.#wakefulness === 'greeting') then()
      }),
    )
  }

  /** P2 after the last byte on the line; when another ECU was faster, P2 after that one. */
  #answerSoon() {
    if (this.#isAnswering) return
    this.#isAnswering = true
    this.#rest.after(klineTiming.p2, () => this.#answer())
  }

  #answer() {
    const bytes = this.#answers.shift()
    if (!bytes) {
      this.#isAnswering = false
      return
    }
    this.#port.send(bytes, { baud: this.#kline.baud, pauseMs: klineTiming.p1 }, () => {
      this.#spokeAt = this.#port.quietSince()
      this.#isAnswering = false
      this.#silence.moveTo(klineTiming.p3Max)
      if (this.#answers.length > 0) this.#answerSoon()
      else this.#answersSent()
    })
  }

  #fallAsleep() {
    this.powerOff()
    this.#side.conversationEnded()
  }
}
