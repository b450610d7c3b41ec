import type { SimulatedCar } from '../car.ts'
import type { KlinePort, LineByte } from '../kline/line.ts'
import { TurnTaking } from '../kline/turns.ts'

/** A session's plug on one K-line, shared by its conversations. */
export class KlinePlug {
  readonly port: KlinePort
  readonly turns = new TurnTaking()
  readonly #listeners = new Set<(byte: LineByte) => void>()

  constructor(car: SimulatedCar, pin: number, isPlugged: () => boolean) {
    this.port = car.attachKlineTester(
      pin,
      {
        byteReceived: (byte) => {
          for (const listener of [...this.#listeners]) listener(byte)
        },
        pulseReceived: () => undefined,
      },
      isPlugged,
    )
  }

  /** Hears every byte of the others until the returned function is called. */
  listen(listener: (byte: LineByte) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
