import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Observer } from './checks/observer.ts'
import { ScreenCheck } from './checks/screen.ts'
import { type Mishap, mishapText, planMishaps } from './script/chaos.ts'
import { Mechanic } from './script/mechanic.ts'
import { strike } from './script/strike.ts'
import { SeededRandom } from './time/random.ts'
import { installVirtualGlobals } from './time/virtual-globals.ts'
import { Application } from './world/application.ts'
import { type EngineProcess, type Violation, World } from './world/world.ts'

/** What is simulated. */
export interface RunOptions {
  readonly seed: number
  /** Indices of mishaps that are left out. */
  readonly dropped?: ReadonlySet<number>
  readonly keepsLog?: boolean
  /** Simulated minutes of work, before everything heals. */
  readonly minutes?: number
}

/** What came out of a run. */
export interface RunResult {
  readonly seed: number
  readonly violations: readonly Violation[]
  readonly sessionMinutes: number
  readonly simulatedMs: number
  readonly events: number
  readonly digest: string
  readonly lines: readonly string[]
  readonly mishaps: readonly Mishap[]
}

const serverPort = 50_051
const ownEnginePort = 50_052
const credentials = { clientId: 'sim', clientSecret: 'secret of the simulation', clusterId: '001' }
const shared = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
/** Time after the work in which everything is well and must come to rest. */
const restMs = 9 * 60_000
const lookEveryMs = 5_000
const tokenFaults = /^(tokens-|token-stream-refused|server-restart|session-lost)/
const carFaults = /^(connector-|ignition|ecu-|pending|resource)/

/** Simulates one world from its seed and checks its promises all along. */
export async function runWorld(options: RunOptions): Promise<RunResult> {
  const { seed, dropped = new Set(), keepsLog = false, minutes = 60 } = options
  let observer: Observer | undefined
  const world = new World(
    seed,
    (itself) => {
      observer = new Observer(itself)
      return observer
    },
    keepsLog,
  )
  if (!observer) throw new Error('The world has no observer.')
  const watch = observer
  const folder = mkdtempSync(join(shared, 'workbench-sim-'))
  const restore = installVirtualGlobals(world.scheduler, world.productRandom)
  const uncaught = (error: unknown) => world.threw(error)
  process.on('unhandledRejection', uncaught)
  process.on('uncaughtException', uncaught)
  try {
    return await run(world, watch, folder, { seed, dropped, minutes })
  } finally {
    process.off('unhandledRejection', uncaught)
    process.off('uncaughtException', uncaught)
    restore()
  }
}

async function run(
  world: World,
  observer: Observer,
  folder: string,
  { seed, dropped, minutes }: Required<Pick<RunOptions, 'seed' | 'dropped' | 'minutes'>>,
): Promise<RunResult> {
  const { scheduler, network } = world
  const workbench = world.computer('workbench')
  const platform = world.computer('platform')
  network.linkTo(serverPort).latency = world.random.pick([
    [0.2, 0.3],
    [5, 10],
    [20, 60],
  ] as const)
  workbench.wallOffsetMs = world.random.pick([0, 0, 300_000, -300_000])
  let engine: EngineProcess | undefined
  const startEngine = () => {
    if (engine && !engine.process.isDead) return
    engine = world.startEngine('platform', platform, serverPort, credentials)
  }
  startEngine()
  const application = new Application({
    world,
    computer: workbench,
    folder,
    random: world.random.fork(),
    connection: { host: '127.0.0.1', port: serverPort, ...credentials },
    ownEnginePort,
    witness: observer.application,
  })
  observer.wasLinkBad = (fromMs, toMs) => network.linkTo(serverPort).hadOutage(fromMs, toMs)
  observer.attach(() => scheduler.nowMs - workbench.missedMs - sleptMs)
  let sleptMs = 0
  const mechanic = new Mechanic(world.random.fork(), application, scheduler)
  const durationMs = minutes * 60_000
  const mishaps = planMishaps(new SeededRandom(seed ^ 0x5bd1e995), durationMs)
  for (const [index, mishap] of mishaps.entries()) {
    if (dropped.has(index)) continue
    scheduler.timer(
      mishap.atMs,
      () => {
        world.log.add('MISHAP', `${index}: ${mishapText(mishap)}`)
        if (mishap.kind === 'sleep' && workbench.asleepUntil <= scheduler.nowMs && !workbench.stopsInSleep)
          sleptMs += mishap.forMs
        if (mishap.kind === 'engine-fault' && carFaults.test(mishap.fault))
          observer.carTroubles.push({ fromMs: scheduler.nowMs, toMs: scheduler.nowMs + mishap.forMs })
        if (mishap.kind === 'engine-fault' && tokenFaults.test(mishap.fault))
          observer.tokenTroubles.push({ fromMs: scheduler.nowMs, toMs: scheduler.nowMs + mishap.forMs })
        if (mishap.kind === 'crash') {
          observer.crashed()
          mechanic.forgetReplies()
        }
        if (mishap.kind === 'reload') mechanic.forgetReplies()
        if (mishap.kind === 'engine-dies' && engine) observer.truth.engineGone(engine)
        strike(mishap, { world, application, port: serverPort, engine: () => engine, restartEngine: startEngine })
      },
      undefined,
    )
  }
  application.start()
  mechanic.start()
  const screen = new ScreenCheck(world, observer, application, serverPort, () => engine)
  const link = network.linkTo(serverPort)
  const restUntilMs = () =>
    Math.max(durationMs, workbench.asleepUntil, application.startedAtMs, link.goodSinceMs) + restMs
  for (let atMs = lookEveryMs; atMs <= restUntilMs(); atMs += lookEveryMs) {
    if (atMs > durationMs) mechanic.goHome()
    await scheduler.runUntil(atMs)
    observer.checkWaiting()
    screen.check()
  }
  screen.checkRest()
  application.dispose()
  engine?.kill()
  return {
    seed,
    violations: world.violations,
    sessionMinutes: observer.truth.sessionMinutes(),
    simulatedMs: scheduler.nowMs,
    events: scheduler.events,
    digest: world.log.digest(),
    lines: world.log.lines,
    mishaps,
  }
}
