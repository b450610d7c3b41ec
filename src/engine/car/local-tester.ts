import type { Clock, Timer } from '../../server/clock/clock.ts'
import type { CanBus, CanPort } from './can-bus.ts'
import type { LocalTesterDescription } from './file/schema.ts'
import { bytesFromHex } from './file/values.ts'
import { IsotpEndpoint } from './isotp/endpoint.ts'
import { isotpDefaults } from './isotp/options.ts'

/**
 * Another tester at the car, such as a dongle that somebody left in a splitter: it keeps asking one ECU, and its answers turn up
 * in the middle of everybody else's. It sends only while it is not muted (protocol.md §7).
 */
export class LocalTester {
  readonly #description: LocalTesterDescription
  readonly #clock: Clock
  readonly #port: CanPort
  readonly #endpoint: IsotpEndpoint
  #timer: Timer | undefined

  constructor(description: LocalTesterDescription, bus: CanBus, clock: Clock) {
    this.#description = description
    this.#clock = clock
    this.#port = bus.attach({
      name: 'local tester',
      frameReceived: (frame) => {
        if (frame.id === description.response && this.#timer) this.#endpoint.frameReceived(frame)
      },
    })
    for (const id of [description.request, description.response]) this.#port.declareUse(id, { kind: 'isotp' })
    this.#endpoint = new IsotpEndpoint(
      { ...isotpDefaults, sendId: description.request },
      clock,
      (frame, sent) => this.#port.send(frame, sent),
      { messageReceived: () => undefined, receptionFailed: () => undefined },
    )
  }

  /** Mutes or unmutes the tester. */
  setMuted(isMuted: boolean): void {
    if (isMuted === (this.#timer === undefined)) return
    this.#timer?.cancel()
    this.#timer = undefined
    if (isMuted) this.#endpoint.close()
    else this.#askLater()
  }

  /** Takes it off the bus. */
  dispose(): void {
    this.setMuted(true)
    this.#port.detach()
  }

  #askLater() {
    this.#timer = this.#clock.after(this.#description.everyMs, () => {
      if (this.#endpoint.pendingSends === 0) this.#endpoint.send(bytesFromHex(this.#description.asks))
      this.#askLater()
    })
  }
}
