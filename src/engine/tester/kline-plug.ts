import type { SimulatedCar } from '../car/car.ts'
import type { KlinePort, LineByte } from '../car/kline/line.ts'
import { TurnTaking } from '../car/kline/turn-queue.ts'

/** A session's plug on one K-line, shared by its conversations. */
export class KlinePlug {
  readonly port: KlinePort
  readonly turns = new TurnTaking()
  readonly #listeners = new Set<(byte: LineByte) => void>()
  readonly #isPlugged: () => boolean
  #isCut = false

  constructor(car: SimulatedCar, pin: number, isPlugged: () => boolean) {
    this.#isPlugged = isPlugged
    this.port = car.socket.attachKlineTester(
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

  /** Whether StopCommunication can be sent: the connector is plugged and the session was not cut off. */
  get canSayGoodbye(): boolean {
    return this.#isPlugged() && !this.#isCut
  }

  /** Nothing more is sent to the car. */
  cut(): void {
    this.#isCut = true
  }

  /** Detaches from the line once the closed channels have sent StopCommunication. */
  dispose(): void {
    this.turns.take((endTurn) => {
      this.port.detach()
      endTurn()
    })
  }

  /** Calls the listener for every byte of others until the returned function is called. */
  listen(listener: (byte: LineByte) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
