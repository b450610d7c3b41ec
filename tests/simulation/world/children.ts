import { pino } from 'pino'
import { builtInFunctions } from '../../../src/functions/built-in-functions.ts'
import type { DiagnosticFunction } from '../../../src/functions/diagnostic-function.ts'
import { FunctionHost } from '../../../src/functions/function-host.ts'
import type { GatewayOptions, RunningGateway } from '../../../src/gateway/create-gateway.ts'
import { Gateway } from '../../../src/gateway/gateway.ts'
import { GatewayProcess } from '../../../src/gateway/gateway-process.ts'
import type { Child, SpawnChild } from '../../../src/main/processes/child.ts'
import type { Clock } from '../../../src/openobd/clock.ts'
import { Gauges } from '../../../src/server/gauges.ts'
import { RpcHandlers } from '../../../src/server/rpc/rpc-handlers.ts'
import { MemoryServer } from '../network/memory-server.ts'
import { clientClock, engineClocks } from '../time/clocks.ts'
import type { SeededRandom } from '../time/random.ts'
import type { SimProcess } from '../time/scheduler.ts'
import { type FunctionWitness, scriptedFunctions } from './scripted-functions.ts'
import type { EngineProcess, World } from './world.ts'

/** Names of the programs that the application starts. */
export const programs = { engine: 'engine', functions: 'functions', gateway: 'gateway' } as const
export type Program = keyof typeof programs
const pipeMs = 0.2

/** What a child needs from its world. */
export interface ChildSurroundings {
  readonly world: World
  readonly parent: SimProcess
  readonly random: SeededRandom
  readonly functionWitness: Omit<FunctionWitness, 'die'>
  readonly ownEnginePort: () => number
  /** Functions besides the built-in and the scripted ones. */
  readonly moreFunctions?: ((clock: Clock) => readonly DiagnosticFunction[]) | undefined
  /** A child was started; `kill` ends it as the operating system would. */
  readonly started: (child: { readonly kind: Program; kill(): void }) => void
}

/** Starts the child processes of the application inside the world. */
export function spawnInWorld(surroundings: ChildSurroundings): SpawnChild {
  return ({ file, environment }) => {
    const { world, parent } = surroundings
    const kind = file as Program
    const process = world.process(kind, parent.computer)
    const pipe = new Pipe(world, parent, process)
    surroundings.started({ kind, kill: () => pipe.kill(null) })
    const startMs = surroundings.random.between(100, 900)
    world.scheduler.timer(
      startMs,
      () => {
        if (kind === 'engine') runEngine(surroundings, pipe, environment)
        else if (kind === 'gateway') runGateway(surroundings, pipe)
        else runFunctions(surroundings, pipe)
      },
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
  #receive: ((message: unknown) => void) | undefined
  readonly #early: unknown[] = []
  onKilled: () => void = () => undefined

  constructor(world: World, parent: SimProcess, process: SimProcess) {
    this.world = world
    this.#parent = parent
    this.process = process
  }

  onStdoutLine(listener: (line: string) => void): void {
    this.#lines.push(listener)
  }

  /** The child listens; what came before is delivered now. */
  set receive(listener: (message: unknown) => void) {
    this.#receive = listener
    for (const message of this.#early.splice(0)) listener(message)
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
    this.world.scheduler.deliver(pipeMs, this.process, () => {
      if (this.#receive) this.#receive(copy)
      else this.#early.push(copy)
    })
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

function runFunctions({ world, random, functionWitness, moreFunctions }: ChildSurroundings, pipe: Pipe): void {
  const { scheduler, network } = world
  const witness = { ...functionWitness, die: () => pipe.kill(134) }
  const surroundings = {
    clock: clientClock(scheduler, pipe.process),
    network: network.of(pipe.process),
    random: () => world.productRandom.next(),
  }
  const more = moreFunctions?.(surroundings.clock) ?? []
  const host = new FunctionHost({
    functions: [...builtInFunctions, ...scriptedFunctions(random.fork(), () => scheduler.nowMs, witness), ...more],
    ...surroundings,
    exit: () => pipe.kill(0),
    note: (event) => world.log.add('functions', event),
  })
  pipe.receive = (message) => host.receive(message)
}

function runGateway({ world }: ChildSurroundings, pipe: Pipe): void {
  const { scheduler, network } = world
  const clock = clientClock(scheduler, pipe.process)
  const gateway = new GatewayProcess({
    clock,
    post: (message) => pipe.send(message),
    exit: () => pipe.kill(0),
    listen: (options) => listen(world, pipe, options),
  })
  pipe.receive = (message) => void gateway.receive(message)

  async function listen(_world: World, owner: Pipe, options: GatewayOptions): Promise<RunningGateway> {
    const log = pino(
      { level: 'error', base: null },
      { write: (line) => world.violated('P5', `the gateway logged: ${line.slice(0, 600)}`) },
    )
    const address = { host: '127.0.0.1', port: world.freePort() }
    const handlers = new RpcHandlers({ name: 'gateway', tokens: undefined, gauges: new Gauges(), log })
    const serverClock = engineClocks(scheduler, owner.process).session
    const made: Gateway = new Gateway({
      ...options,
      upstream: { ...options.upstream, network: network.of(owner.process) },
      clock,
      serverClock,
      address: () => address,
      statusOf: (error, path) => handlers.statusOf(error, path),
    })
    const server = new MemoryServer(owner.process, address.port, handlers, [], silent, (call) => made.handle(call))
    network.listen(address.port, server)
    const { port } = options.upstream.endpoint
    const forget = world.gatewayStarted({ board: made.prompts.board, port, nowMs: () => serverClock.now() })
    owner.onKilled = () => {
      forget()
      network.stopListening(address.port)
    }
    const stop = () => {
      made.close()
      return Promise.resolve()
    }
    return { gateway: made, ...address, stop }
  }
}

const silent = { arrived: () => undefined, answered: () => undefined }

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
  pipe.receive = () => {
    running.engine.sessions.close()
    pipe.kill(0)
  }
  pipe.print(JSON.stringify({ event: 'ready', host: '127.0.0.1', port, clusterId: credentials.clusterId }))
}
