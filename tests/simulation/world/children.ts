import { builtInFunctions } from '../../../src/functions/built-in-functions.ts'
import { FunctionHost } from '../../../src/functions/function-host.ts'
import { openHostedSession } from '../../../src/functions/openobd-session.ts'
import type { Child, SpawnChild } from '../../../src/main/processes/child.ts'
import { clientClock } from '../time/clocks.ts'
import type { SeededRandom } from '../time/random.ts'
import type { SimProcess } from '../time/scheduler.ts'
import { type FunctionWitness, scriptedFunctions } from './scripted-functions.ts'
import type { EngineProcess, World } from './world.ts'

/** Names of the programs that the application starts. */
export const programs = { engine: 'engine', functions: 'functions' } as const
const pipeMs = 0.2

/** What a child needs from its world. */
export interface ChildSurroundings {
  readonly world: World
  readonly parent: SimProcess
  readonly random: SeededRandom
  readonly functionWitness: Omit<FunctionWitness, 'die'>
  readonly ownEnginePort: () => number
  /** A child was started; `kill` ends it as the operating system would. */
  readonly started: (child: { readonly kind: 'engine' | 'functions'; kill(): void }) => void
}

/** Starts the child processes of the application inside the world. */
export function spawnInWorld(surroundings: ChildSurroundings): SpawnChild {
  return ({ file, environment }) => {
    const { world, parent } = surroundings
    const kind = file === programs.engine ? 'engine' : 'functions'
    const process = world.process(kind, parent.computer)
    const pipe = new Pipe(world, parent, process)
    surroundings.started({ kind, kill: () => pipe.kill(null) })
    const startMs = surroundings.random.between(100, 900)
    world.scheduler.timer(
      startMs,
      () => (kind === 'engine' ? runEngine(surroundings, pipe, environment) : runFunctions(surroundings, pipe)),
      process,
    )
    return pipe
  }
}

/** The pipe between the application and a child. Messages are copied, as between real processes. */
class Pipe implements Child {
  readonly process: SimProcess
  readonly world: World
  readonly #parent: SimProcess
  readonly #toParent: ((message: unknown) => void)[] = []
  readonly #lines: ((line: string) => void)[] = []
  readonly #exits: ((code: number | null) => void)[] = []
  onChildMessage: (message: unknown) => void = () => undefined
  onKilled: () => void = () => undefined

  constructor(world: World, parent: SimProcess, process: SimProcess) {
    this.world = world
    this.#parent = parent
    this.process = process
  }

  onStdoutLine(listener: (line: string) => void): void {
    this.#lines.push(listener)
  }

  onStderrLine(): void {}

  onMessage(listener: (message: unknown) => void): void {
    this.#toParent.push(listener)
  }

  onExit(listener: (code: number | null) => void): void {
    this.#exits.push(listener)
  }

  post(message: unknown): void {
    const copy = structuredClone(message)
    this.world.scheduler.deliver(pipeMs, this.process, () => this.onChildMessage(copy))
  }

  /** From the child to the application. */
  send(message: unknown): void {
    const copy = structuredClone(message)
    if (!this.process.isDead) this.#tellParent(() => this.#toParent.forEach((listener) => void listener(copy)))
  }

  print(line: string): void {
    this.#tellParent(() => this.#lines.forEach((listener) => void listener(line)))
  }

  kill(code: number | null = null): void {
    if (this.process.isDead) return
    this.onKilled()
    this.world.kill(this.process)
    this.#tellParent(() => this.#exits.forEach((listener) => void listener(code)))
  }

  #tellParent(run: () => void): void {
    this.world.scheduler.deliver(pipeMs, this.#parent, run)
  }
}

function runFunctions({ world, random, functionWitness }: ChildSurroundings, pipe: Pipe): void {
  const { scheduler, network } = world
  const witness = { ...functionWitness, die: () => pipe.kill(134) }
  const surroundings = {
    clock: clientClock(scheduler, pipe.process),
    network: network.of(pipe.process),
    random: () => world.productRandom.next(),
  }
  const host = new FunctionHost({
    functions: [...builtInFunctions, ...scriptedFunctions(random.fork(), () => scheduler.nowMs, witness)],
    openSession: (endpoint, token) => openHostedSession(endpoint, token, surroundings),
    send: (message) => pipe.send(message),
    exit: () => pipe.kill(0),
    note: (event) => world.log.add('functions', event),
  })
  pipe.onChildMessage = (message) => host.receive(message)
  host.announce()
}

function runEngine(
  { world, parent, ownEnginePort }: ChildSurroundings,
  pipe: Pipe,
  environment: Readonly<Record<string, string>>,
): void {
  const port = ownEnginePort()
  const credentials = {
    clientId: environment.OPENOBD_PARTNER_CLIENT_ID ?? '',
    clientSecret: environment.OPENOBD_PARTNER_CLIENT_SECRET ?? '',
    clusterId: '001',
  }
  const running: EngineProcess = world.startEngine('own engine', parent.computer, port, credentials)
  pipe.onKilled = () => running.kill()
  pipe.onChildMessage = () => {
    running.engine.sessions.close()
    pipe.kill(0)
  }
  pipe.print(JSON.stringify({ event: 'ready', host: '127.0.0.1', port, clusterId: credentials.clusterId }))
}
