import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noEncryption } from '../../src/main/storage/encryption.ts'
import { fakeEncryption } from '../../src/main/storage/testing/fake-encryption.ts'
import { wakeLimitMs } from './checks/limits.ts'
import { Observer } from './checks/observer.ts'
import { ScreenCheck } from './checks/screen.ts'
import { type Mishap, mishapText, planMishaps } from './script/chaos.ts'
import { type KnownServer, Mechanic } from './script/mechanic.ts'
import { platformOf, strike } from './script/strike.ts'
import { SeededRandom } from './time/random.ts'
import { installVirtualGlobals } from './time/virtual-globals.ts'
import { Application } from './world/application.ts'
import { ForeignScript } from './world/foreign-script.ts'
import { Platform } from './world/platform.ts'
import { type Violation, World } from './world/world.ts'

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
  /** Sessions that were started on any server. */
  readonly sessions: number
  /** The most timers of main at once beyond those of its jobs. */
  readonly timers: number
  readonly digest: string
  readonly lines: readonly string[]
  readonly mishaps: readonly Mishap[]
}

const firstPort = 50_051
const secondPort = 50_061
const clusterId = '001'
const credentials = [
  { clientId: 'sim', clientSecret: 'secret of the simulation', clusterId },
  { clientId: 'other', clientSecret: 'another secret of the simulation', clusterId },
] as const
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
  workbench.wallOffsetMs = world.random.pick([0, 0, 300_000, -300_000])
  const platforms = [new Platform(world, 'platform', firstPort, credentials[0])]
  if (world.random.chance(0.4)) platforms.push(new Platform(world, 'second platform', secondPort, credentials[1]))
  for (const platform of platforms) platform.start()
  observer.projections.keepsTokens = world.random.chance(0.7)
  const application = new Application({
    world,
    computer: workbench,
    folder,
    random: world.random.fork(),
    connection: { host: '127.0.0.1', port: firstPort, ...credentials[0] },
    witness: observer.application,
    encryption: observer.projections.keepsTokens ? fakeEncryption() : noEncryption,
  })
  let sleptMs = 0
  observer.attach(() => scheduler.nowMs - workbench.missedMs - sleptMs)
  const typed = platforms.slice(1).map((platform) => knownServer(platform))
  const mechanic = new Mechanic(world.random.fork(), application, scheduler, typed)
  const script = world.random.chance(0.4)
    ? new ForeignScript(world, world.random.pick(platforms), world.random.fork(), observer.application)
    : undefined
  const screen = new ScreenCheck(world, observer, application)
  const durationMs = minutes * 60_000
  const mishaps = planMishaps(new SeededRandom(seed ^ 0x5bd1e995), durationMs)

  const note = (mishap: Mishap): void => {
    const { nowMs } = scheduler
    if (mishap.kind === 'sleep' && workbench.asleepUntil <= nowMs) {
      if (!workbench.stopsInSleep) sleptMs += mishap.forMs
      const wokenAtMs = nowMs + mishap.forMs
      scheduler.timer(mishap.forMs + wakeLimitMs, () => screen.checkWoken(nowMs, wokenAtMs + 1), undefined)
    }
    if (mishap.kind === 'engine-fault') {
      const span = { fromMs: nowMs, toMs: nowMs + mishap.forMs }
      const { port } = platformOf(mishap, platforms)
      if (carFaults.test(mishap.fault)) observer.carTroubles.push(span)
      if (tokenFaults.test(mishap.fault)) observer.ends.tokenTroubles.push({ port, ...span })
    }
    if (mishap.kind === 'wall-clock') screen.wallJumpedAtMs = nowMs
    if (mishap.kind === 'crash') {
      observer.presses.crashed()
      observer.projections.crashed()
    }
    if (mishap.kind === 'crash' || mishap.kind === 'reload') mechanic.forgetReplies()
  }
  for (const [index, mishap] of mishaps.entries()) {
    if (dropped.has(index)) continue
    scheduler.timer(
      mishap.atMs,
      () => {
        world.log.add('MISHAP', `${index}: ${mishapText(mishap)}`)
        note(mishap)
        strike(mishap, { world, application, platforms })
      },
      undefined,
    )
  }
  application.start()
  mechanic.start()
  script?.start()
  const goodSinceMs = () => Math.max(...network.links.map((link) => link.goodSinceMs))
  const restUntilMs = () => Math.max(durationMs, workbench.asleepUntil, application.startedAtMs, goodSinceMs()) + restMs
  for (let atMs = lookEveryMs; atMs <= restUntilMs(); atMs += lookEveryMs) {
    if (atMs > durationMs) {
      mechanic.goHome()
      script?.goHome()
    }
    await scheduler.runUntil(atMs)
    observer.presses.checkWaiting()
    screen.check()
  }
  screen.checkRest()
  application.dispose()
  for (const platform of platforms) platform.kill()
  return {
    seed,
    violations: world.violations,
    sessionMinutes: observer.truth.sessionMinutes(),
    simulatedMs: scheduler.nowMs,
    events: scheduler.events,
    sessions: observer.truth.sessions.size,
    timers: screen.leaks.most,
    digest: world.log.digest(),
    lines: world.log.lines,
    mishaps,
  }
}

/** What a mechanic types to use a server that the environment does not name. */
const knownServer = ({ name, port, credentials: { clientId, clientSecret } }: Platform): KnownServer => ({
  name,
  host: '127.0.0.1',
  port,
  clusterId,
  clientId,
  clientSecret,
  allowPlaintext: true,
})
