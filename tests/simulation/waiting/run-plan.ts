import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fakeEncryption } from '../../../src/main/storage/testing/fake-encryption.ts'
import type { AppState } from '../../../src/shared/app-state.ts'
import { waitingFor } from '../../../src/shared/waiting.ts'
import { installVirtualGlobals } from '../time/virtual-globals.ts'
import { Application, type ApplicationWitness } from '../world/application.ts'
import { type EngineProcess, type Witnesses, World } from '../world/world.ts'
import { type Cause, expectedAt, type Injection, isLinkDown, type Plan } from './plan.ts'
import { plannedFunction, plannedFunctionId } from './planned-function.ts'

/** A moment at which the line said something else than the plan. */
export interface Mistake {
  readonly atMs: number
  readonly expected: string
  readonly said: string
}

/** What came out of a plan. */
export interface PlanResult {
  readonly mistakes: readonly Mistake[]
  /** How often each cause was expected and looked for. */
  readonly judged: ReadonlyMap<Cause | 'function', number>
  /** The line of a mechanic, one entry for each change. */
  readonly line: readonly string[]
}

const port = 50_051
const credentials = { clientId: 'sim', clientSecret: 'secret of the simulation', clusterId: '001' }
const lookEveryMs = 250
/** The function must be at work by then. */
const readyByMs = 60_000
const shared = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

const silentServer = { arrived: () => undefined, answered: () => undefined }
const nothingSeen: Witnesses = {
  client: { called: () => undefined, withoutDeadline: () => undefined },
  server: () => silentServer,
  bus: { frameSeen: () => undefined, lineEventSeen: () => undefined },
  gatewayStarted: () => undefined,
  engineStarted: () => undefined,
  engineGone: () => undefined,
}
const nothingTold: ApplicationWitness = {
  nextQuestion: () => 0,
  answerReceived: () => undefined,
  requestEnded: () => undefined,
  began: () => undefined,
  appended: () => undefined,
  published: () => undefined,
  pressed: () => () => undefined,
}

/** Simulates one job of the real application whose function runs into the causes of a plan, and compares its line with the plan. */
export async function runPlan(plan: Plan): Promise<PlanResult> {
  const world = new World(plan.seed, () => nothingSeen, false)
  const restore = installVirtualGlobals(world.scheduler, world.productRandom)
  const uncaught = (error: unknown) => world.threw(error)
  process.on('unhandledRejection', uncaught)
  try {
    const result = await new PlannedWorld(world, plan).run()
    const [violation] = world.violations
    if (violation) throw new Error(`seed ${plan.seed}: ${violation.promise} ${violation.text}`)
    return result
  } finally {
    process.off('unhandledRejection', uncaught)
    restore()
  }
}

class PlannedWorld {
  readonly #world: World
  readonly #plan: Plan
  readonly #application: Application
  readonly #engine: EngineProcess
  readonly #pressed = new Set<string>()
  /** Who answers what is asked from now on. */
  readonly #willing = new Set<'customer' | 'operator'>()
  /** World time at which the function began. */
  #begunAtMs: number | undefined

  constructor(world: World, plan: Plan) {
    this.#world = world
    this.#plan = plan
    world.network.linkTo(port).latency = world.random.pick([
      [0.2, 0.3],
      [5, 10],
      [20, 60],
    ] as const)
    this.#engine = world.startEngine('platform', world.computer('platform'), port, credentials, !plan.isBare)
    this.#application = new Application({
      world,
      computer: world.computer('workbench'),
      folder: mkdtempSync(join(shared, 'workbench-waiting-')),
      random: world.random.fork(),
      connection: { host: '127.0.0.1', port, ...credentials },
      witness: nothingTold,
      encryption: fakeEncryption(),
      moreFunctions: (clock) => [plannedFunction(plan, clock, () => this.#begin())],
    })
  }

  async run(): Promise<PlanResult> {
    const { scheduler } = this.#world
    this.#application.start()
    const mistakes: Mistake[] = []
    const judged = new Map<Cause | 'function', number>()
    const line: string[] = []
    for (let atMs = lookEveryMs; ; atMs += lookEveryMs) {
      await scheduler.runUntil(atMs)
      const { state } = this.#application
      if (state) this.#work(state)
      if (this.#begunAtMs === undefined) {
        if (atMs > readyByMs) throw new Error(`seed ${this.#plan.seed}: the function did not begin`)
        continue
      }
      const sinceMs = scheduler.nowMs - this.#begunAtMs
      if (sinceMs > this.#plan.endMs - 1_000) break
      if (sinceMs < 3_000) continue
      const said = saidIn(state)
      if (line.at(-1)?.split(' ')[1] !== said) line.push(`${Math.round(sinceMs)} ${said}`)
      const expected = expectedAt(this.#plan, sinceMs)
      if (said === 'control-unit' && isLinkDown(this.#plan, sinceMs))
        mistakes.push({ atMs: sinceMs, expected: 'no control unit while the link is down', said })
      if (expected === 'unsure') continue
      judged.set(expected, (judged.get(expected) ?? 0) + 1)
      if (said !== expected) mistakes.push({ atMs: sinceMs, expected, said })
    }
    this.#application.dispose()
    this.#engine.kill()
    return { mistakes, judged, line }
  }

  /** Presses what starts the job and its function, each once. */
  #work(state: AppState): void {
    const [job] = state.jobs
    if (!job) {
      if (state.endpoint.status === 'ready')
        this.#once('start', () =>
          this.#application.press('startSession', { target: { kind: 'ticket', number: '7000001' } }, () => undefined),
        )
      return
    }
    for (const target of this.#willing) this.#answer(target)
    if (job.phase !== 'active' || !state.functions.some(({ id }) => id === plannedFunctionId)) return
    const run = { handle: job.handle, functionId: plannedFunctionId }
    this.#once('run', () => this.#application.press('runFunction', run, () => undefined))
  }

  #once(key: string, press: () => void): void {
    if (this.#pressed.has(key)) return
    this.#pressed.add(key)
    press()
  }

  #begin(): void {
    const { scheduler } = this.#world
    this.#begunAtMs = scheduler.nowMs
    for (const injection of this.#plan.injections)
      scheduler.timer(
        injection.fromMs,
        () => {
          const end = this.#inject(injection)
          scheduler.timer(injection.toMs - injection.fromMs, end, undefined)
        },
        undefined,
      )
  }

  /** Brings a cause about; the returned function ends it. */
  #inject({ cause, way }: Injection): () => void {
    const link = this.#world.network.linkTo(port)
    switch (way) {
      case 'question':
        return () => void this.#willing.add(cause === 'you' ? 'customer' : 'operator')
      case 'black-hole':
        link.swallow()
        return () => link.heal()
      case 'refused':
        link.isRefusing = true
        link.reset()
        return () => {
          link.isRefusing = false
        }
      case 'no-internet':
        return this.#fault('connector-offline')
      case 'unplugged':
        return this.#fault('connector-unplugged')
      case 'asleep':
      case 'asleep-repeated':
        return this.#fault('ecu-asleep')
      case 'busy':
        return this.#fault('ecu-busy')
      case 'pending':
        return this.#fault('pending-storm', { everyMs: '2000' })
      case 'getVehicleDetails':
      case 'getEcuList':
        return this.#hold(way)
    }
  }

  #fault(kind: string, parameters: Record<string, string> = {}): () => void {
    const { faults } = this.#engine.engine
    const { id } = faults.set(kind, { connectorNumber: '', sessionId: '' }, parameters)
    return () => void faults.clear(id)
  }

  /** The server takes calls of an rpc and answers them only at the end. */
  #hold(rpc: string): () => void {
    const { server } = this.#engine
    const accept = server.accept.bind(server)
    const held: (() => void)[] = []
    server.accept = (...call) => {
      const [connection, , path] = call
      if (path.endsWith(`/${rpc}`)) {
        const began = connection.serverBegan.bind(connection)
        connection.serverBegan = (id, served) => {
          connection.serverBegan = began
          const { outgoing } = served
          const [write, settle] = [outgoing.write.bind(outgoing), served.settle.bind(served)]
          outgoing.write = (bytes) => {
            held.push(() => void write(bytes))
            return true
          }
          served.settle = (answer) => void held.push(() => settle(answer))
          began(id, served)
        }
      }
      accept(...call)
    }
    return () => {
      server.accept = accept
      for (const answer of held.splice(0)) answer()
    }
  }

  #answer(target: 'customer' | 'operator'): void {
    for (const { id, target: asked } of this.#application.state?.prompts ?? [])
      if (asked === target)
        this.#once(id, () => {
          const answer = { promptId: id, answerId: `answer to ${id}`, choice: { kind: 'continue' } } as const
          this.#application.press('answerPrompt', answer, () => undefined)
        })
  }
}

/** Whom the line of the job names. */
function saidIn(state: AppState | undefined): string {
  const [job] = state?.jobs ?? []
  return job && state ? waitingFor(job, state.prompts).for : 'no job'
}
