import { join } from 'node:path'
import { pino } from 'pino'
import { type AssembledEngine, assembleEngine, handlersOf, servicesOf } from '../../../src/engine/assemble-engine.ts'
import type { BusLog } from '../../../src/engine/car/bus-log.ts'
import type { PartnerCredentials } from '../../../src/server/credentials.ts'
import type { PromptBoard } from '../../../src/server/prompts/prompt-board.ts'
import type { ClientWitness } from '../network/memory-network.ts'
import { MemoryNetwork } from '../network/memory-network.ts'
import { MemoryServer, type ServerWitness } from '../network/memory-server.ts'
import { engineClocks } from '../time/clocks.ts'
import { SeededRandom } from '../time/random.ts'
import { type Computer, Scheduler, type SimProcess } from '../time/scheduler.ts'
import { EventLog } from './event-log.ts'

/** Observers of a world. */
export interface Witnesses {
  readonly client: ClientWitness
  readonly server: (engine: EngineProcess) => ServerWitness
  readonly bus: BusLog
  /** A gateway of the application was started: it decides the answers to the prompts that it keeps. */
  gatewayStarted(kept: KeptBoard): void
  /** An engine was started. */
  engineStarted(engine: EngineProcess): void
  /** An engine was killed, and its sessions exist no more. */
  engineGone(engine: EngineProcess): void
}

/** An engine in a world. */
export interface EngineProcess {
  readonly process: SimProcess
  readonly engine: AssembledEngine
  readonly server: MemoryServer
  readonly port: number
  /** World time of its start, in ms. */
  readonly startedAtMs: number
  /** Ends it at once: connections break, and its sessions exist no more. */
  kill(): void
}

/** The prompts that a gateway keeps, and the port of the server behind it. */
export interface KeptBoard {
  readonly board: PromptBoard
  readonly port: number
  /** The clock of the board, in Unix ms. */
  readonly nowMs: () => number
}

/** A broken promise, with the time at which it was noticed. */
export interface Violation {
  readonly promise: string
  readonly text: string
  readonly atMs: number
}

const workshopFile = join(import.meta.dirname, 'workshop.yaml')

/** One simulated world: its time, its network, its computers and what has gone wrong in it. */
export class World {
  readonly seed: number
  readonly random: SeededRandom
  readonly scheduler: Scheduler
  readonly network: MemoryNetwork
  readonly log: EventLog
  readonly violations: Violation[] = []
  /** Boards of the gateways that run. */
  readonly boards = new Set<KeptBoard>()
  /** Random numbers of the product: ids, tokens, back-off. */
  readonly productRandom: SeededRandom
  readonly #witnesses: Witnesses
  readonly #engines = new Map<number, EngineProcess>()
  #processes = 0
  #ports = 0

  constructor(seed: number, makeWitnesses: (world: World) => Witnesses, keepsLog: boolean) {
    this.seed = seed
    this.random = new SeededRandom(seed)
    this.productRandom = this.random.fork()
    this.scheduler = new Scheduler((error) => this.threw(error))
    this.log = new EventLog(() => this.scheduler.nowMs, keepsLog)
    this.#witnesses = makeWitnesses(this)
    this.network = new MemoryNetwork(this.scheduler, this.random.fork(), this.#witnesses.client)
  }

  /** Notes a broken promise of quality.md B.6. */
  violated(promise: string, text: string): void {
    this.log.add('VIOLATION', `${promise} ${text}`)
    this.violations.push({ promise, text, atMs: this.scheduler.nowMs })
  }

  /** An exception that nothing has caught. */
  threw(error: unknown): void {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.violated(
      'P5',
      `uncaught in ${this.scheduler.current?.name ?? 'the world'}: ${stack.split('\n').slice(0, 4).join(' | ')}`,
    )
  }

  computer(name: string): Computer {
    return { name, wallOffsetMs: 0, asleepUntil: 0, missedMs: 0, stopsInSleep: this.random.chance(0.5) }
  }

  process(name: string, computer: Computer): SimProcess {
    this.#processes += 1
    return { name: `${name}#${this.#processes}`, computer, isDead: false }
  }

  /** Nothing of the process runs any more, and its connections break. */
  kill(process: SimProcess): void {
    if (process.isDead) return
    process.isDead = true
    this.network.processDied(process)
  }

  /** A gateway listens; returns a function for its end. */
  gatewayStarted(kept: KeptBoard): () => void {
    this.boards.add(kept)
    this.#witnesses.gatewayStarted(kept)
    return () => this.boards.delete(kept)
  }

  /** A port of this world that nothing listens on. */
  freePort(): number {
    this.#ports += 1
    return 40_000 + this.#ports
  }

  /** The engines that run now. */
  get engines(): readonly EngineProcess[] {
    return [...this.#engines.values()]
  }

  /** The engine that runs behind a port. */
  engineAt(port: number): EngineProcess | undefined {
    return this.#engines.get(port)
  }

  /** Starts an engine that listens on a port. */
  startEngine(
    name: string,
    computer: Computer,
    port: number,
    credentials: PartnerCredentials,
    hasWorkbench = true,
  ): EngineProcess {
    const process = this.process(name, computer)
    const log = pino({ level: 'error', base: null }, { write: (line) => this.#engineComplained(name, line) })
    const engine = assembleEngine({
      workshopFile,
      isClockManual: false,
      seed: this.seed,
      credentials,
      busLog: this.#witnesses.bus,
      clocks: engineClocks(this.scheduler, process),
      log,
    })
    const services = servicesOf(engine, { hasLab: true, hasWorkbench })
    const handlers = handlersOf(engine)
    const running: EngineProcess = {
      process,
      engine,
      get server() {
        return server
      },
      port,
      startedAtMs: this.scheduler.nowMs,
      kill: () => {
        if (process.isDead) return
        this.#engines.delete(port)
        this.network.stopListening(port)
        this.kill(process)
        this.#witnesses.engineGone(running)
      },
    }
    const server = new MemoryServer(process, port, handlers, services, this.#witnesses.server(running))
    engine.endpoint.port = port
    engine.connections.breakOff = (failure) => {
      handlers.endStreams(failure)
      server.breakOff()
    }
    this.network.listen(port, server)
    this.#engines.set(port, running)
    this.#witnesses.engineStarted(running)
    return running
  }

  #engineComplained(name: string, line: string): void {
    this.violated('P5', `${name} logged an error: ${line.slice(0, 600)}`)
  }
}
