import type { BusClock, BusTimer } from './bus-clock.ts'
import type { CanBus, CanBusPort } from './can-bus.ts'
import { canFrame } from './can-frame.ts'
import type { BroadcastDescription } from './file/schema.ts'
import { bytesFromHex } from './file/values.ts'

/** The frames that an ECU sends without being asked, each in its own rhythm, as long as it may talk. */
export class Broadcasts {
  readonly #port: CanBusPort
  readonly #timers = new Map<BroadcastDescription, BusTimer>()

  constructor(
    name: string,
    broadcasts: readonly BroadcastDescription[],
    bus: CanBus,
    clock: BusClock,
    mayTalk: () => boolean,
  ) {
    this.#port = bus.attach({ name, frameReceived: () => undefined })
    for (const broadcast of broadcasts) {
      const frame = canFrame(broadcast.id, bytesFromHex(broadcast.hex))
      const again = () => {
        // On a full bus a newer frame takes the place of the one that waits; a queue would only grow.
        if (mayTalk() && !this.#port.isWaiting(frame)) this.#port.send(frame)
        this.#timers.set(broadcast, clock.after(broadcast.everyMs, again))
      }
      this.#timers.set(broadcast, clock.after(broadcast.everyMs, again))
    }
  }

  /** Ends them for good. */
  dispose(): void {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
    this.#port.detach()
  }
}
