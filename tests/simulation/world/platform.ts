import type { PartnerCredentials } from '../../../src/server/credentials.ts'
import type { Computer } from '../time/scheduler.ts'
import type { EngineProcess, World } from './world.ts'

/** A server outside of the workshop: an engine at an address, which can die and come back. */
export class Platform {
  readonly name: string
  readonly port: number
  readonly credentials: PartnerCredentials
  readonly #world: World
  readonly #computer: Computer
  #engine: EngineProcess | undefined

  constructor(world: World, name: string, port: number, credentials: PartnerCredentials) {
    this.name = name
    this.port = port
    this.credentials = credentials
    this.#world = world
    this.#computer = world.computer(name)
    world.network.linkTo(port).latency = world.random.pick([
      [0.2, 0.3],
      [5, 10],
      [20, 60],
    ] as const)
  }

  /** The engine, also after its death. */
  get engine(): EngineProcess | undefined {
    return this.#engine
  }

  /** Starts the engine unless it runs. */
  start(): void {
    if (this.#engine && !this.#engine.process.isDead) return
    this.#engine = this.#world.startEngine(this.name, this.#computer, this.port, this.credentials)
  }

  /** Ends the engine at once. */
  kill(): void {
    this.#engine?.kill()
  }
}
