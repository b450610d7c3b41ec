import type { Clock, Timer } from '../../server/clock/clock.ts'
import type { CanBus, CanBusPort } from './can-bus.ts'
import { type CanFrame, canFrame } from './can-frame.ts'
import type { BroadcastDescription } from './file/schema.ts'
import { bytesFromHex } from './file/values.ts'

/**
 * The frames that an ECU sends without a request, each with its own interval, while service 0x28 allows it. While the bus has no
 * audience no timer runs; later listeners get frames at the times counted from the start of the car. A bus log is no audience: it must not
 * change what happens.
 */
export class Broadcasts {
  readonly #frames: ReadonlyMap<BroadcastDescription, CanFrame>
  readonly #clock: Clock
  readonly #mayTalk: () => boolean
  readonly #startedAt: number
  readonly #port: CanBusPort
  readonly #stopWatching: () => void
  readonly #timers = new Map<BroadcastDescription, Timer>()

  constructor(
    name: string,
    broadcasts: readonly BroadcastDescription[],
    bus: CanBus,
    clock: Clock,
    mayTalk: () => boolean,
  ) {
    this.#frames = new Map(broadcasts.map((one) => [one, canFrame(one.id, bytesFromHex(one.hex))]))
    this.#clock = clock
    this.#mayTalk = mayTalk
    this.#startedAt = clock.now()
    this.#port = bus.attach({ name, frameReceived: () => undefined })
    for (const { id } of broadcasts) this.#port.declareUse(id, { kind: 'broadcast' })
    this.#stopWatching = bus.watchAudience((isThere) => (isThere ? this.#start() : this.#stop()))
  }

  /** Stops all broadcasts. */
  dispose(): void {
    this.#stopWatching()
    this.#stop()
    this.#port.detach()
  }

  #start() {
    for (const [broadcast, frame] of this.#frames) {
      this.#sendAtBeat(broadcast, frame, this.#beatsBegun(broadcast) + 1)
    }
  }

  #beatsBegun({ everyMs }: BroadcastDescription): number {
    return Math.floor((this.#clock.now() - this.#startedAt) / everyMs)
  }

  #stop() {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }

  #sendAtBeat(broadcast: BroadcastDescription, frame: CanFrame, beat: number) {
    const dueAt = this.#startedAt + beat * broadcast.everyMs
    const send = () => {
      // On a full bus a newer frame replaces the waiting one; a queue would only grow.
      if (this.#mayTalk() && !this.#port.isWaiting(frame)) this.#port.send(frame)
      this.#sendAtBeat(broadcast, frame, Math.max(this.#beatsBegun(broadcast), beat) + 1)
    }
    this.#timers.set(broadcast, this.#clock.after(dueAt - this.#clock.now(), send))
  }
}
