import type { FunctionHostProcess } from '../../../src/main/processes/function-host-process.ts'
import { GatewayProcess } from '../../../src/main/processes/gateway-process.ts'
import { ServerGateway } from '../../../src/main/services/server-gateway.ts'
import { trustProfileEndpoint } from '../../../src/openobd/grpc/endpoint.ts'
import type { Channel } from '../../../src/openobd/grpc/grpc-channel.ts'
import { SessionController } from '../../../src/openobd/session/session-controller.ts'
import { clientClock } from '../time/clocks.ts'
import { SeededRandom } from '../time/random.ts'
import { installVirtualGlobals } from '../time/virtual-globals.ts'
import { programs, spawnInWorld } from '../world/children.ts'
import { type Violation, World } from '../world/world.ts'
import { type Deed, Functions } from './functions.ts'
import { HeldJob } from './held-job.ts'
import { Ledger } from './ledger.ts'

/** One thing that happens, so many milliseconds after the one before. */
export type Step = { readonly afterMs: number } & (
  | { readonly kind: 'run' | 'stop' | 'finish'; readonly job: number }
  | { readonly kind: 'function'; readonly deed: Deed; readonly which: number; readonly token: number }
  | { readonly kind: 'answer'; readonly which: number }
  | { readonly kind: 'reset' | 'black-hole'; readonly forMs: number }
  | { readonly kind: 'gateway-dies' | 'host-dies' | 'engine-dies' }
)

/** What is simulated. */
export interface GatewayRun {
  readonly seed: number
  readonly hasWorkbench: boolean
  readonly steps: readonly Step[]
}

/** What came out of it. */
export interface GatewayRunResult {
  readonly violations: readonly Violation[]
  /** Calls of functions that reached the side of the server. */
  readonly forwarded: number
  /** Questions on display, and those of sessions of the application. */
  readonly shown: number
  readonly shownOfHeld: number
  readonly answered: number
  readonly stops: number
}

const enginePort = 50_051
const credentials = { clientId: 'sim', clientSecret: 'secret of the simulation', clusterId: '001' }
/** Time after the steps in which everything comes to rest. */
const restMs = 15 * 60_000

/** Simulates the real parts of main, gateway and engine, with functions that obey nothing, and checks the promises of the gateway. */
export async function runSteps(options: GatewayRun): Promise<GatewayRunResult> {
  let ledger: Ledger | undefined
  const world = new World(
    options.seed,
    (itself) => {
      ledger = new Ledger(itself)
      return ledger
    },
    true,
  )
  if (ledger === undefined) throw new Error('The world has no ledger.')
  const restore = installVirtualGlobals(world.scheduler, world.productRandom)
  const uncaught = (error: unknown) => world.threw(error)
  process.on('unhandledRejection', uncaught)
  try {
    return await run(world, ledger, options)
  } finally {
    process.off('unhandledRejection', uncaught)
    restore()
  }
}

async function run(world: World, ledger: Ledger, { seed, hasWorkbench, steps }: GatewayRun): Promise<GatewayRunResult> {
  const { scheduler, network } = world
  const link = network.linkTo(enginePort)
  link.latency = world.random.pick([
    [0.2, 0.3],
    [5, 10],
    [20, 60],
  ] as const)
  const platform = world.computer('platform')
  const startEngine = () => world.startEngine('platform', platform, enginePort, credentials, hasWorkbench)
  let engine = startEngine()
  const main = world.process('main', world.computer('workbench'))
  const inMain = (act: () => unknown) => scheduler.timer(0, () => void act(), main)
  const clock = clientClock(scheduler, main)
  const functions = new Functions(world, ledger)
  const gateways: { kill(): void }[] = []
  const spawn = spawnInWorld({
    world,
    parent: main,
    random: new SeededRandom(seed),
    functionWitness: silentFunctions,
    ownEnginePort: () => enginePort,
    started: (child) => gateways.push(child),
  })
  const prompts = new Set<string>()
  const gateway = new ServerGateway({
    clock,
    createProcess: (serve, events) =>
      new GatewayProcess(
        {
          spawn,
          file: programs.gateway,
          environment: {},
          logger: silentLogger,
          ...events,
        },
        serve,
      ),
    host: {
      offer: ({ port, credentials: near }: { port: number; credentials: typeof credentials }) =>
        functions.offer({ port, ...near }),
      stop: () => Promise.resolve(),
    } as unknown as FunctionHostProcess,
    serve: () => ({
      type: 'serve',
      endpoint: { host: '127.0.0.1', port: enginePort, secure: false },
      credentials,
      route: {},
    }),
    onSecret: () => undefined,
    onFunctions: () => undefined,
    onEvent: (event) => {
      if (event.kind === 'prompt-shown') prompts.add(event.prompt.id)
      else if (event.kind === 'prompt-ended') prompts.delete(event.end.promptId)
    },
  })
  let stops = 0
  const channel = openChannel(world, main)
  const controller = new SessionController(channel, credentials, clock)
  const setup = { world, ledger, functions, gateway, controller, channel, clock }
  const jobs = [new HeldJob(setup, 0), new HeldJob(setup, 1)]
  inMain(() => gateway.start())
  let answers = 0

  const strike = (step: Step): void => {
    switch (step.kind) {
      case 'run':
        inMain(() => jobs[step.job]?.run())
        return
      case 'stop':
        stops += 1
        inMain(() => jobs[step.job]?.stop())
        return
      case 'finish':
        inMain(() => jobs[step.job]?.finish())
        return
      case 'function':
        functions.act(step.deed, step.which, step.token)
        return
      case 'answer': {
        const prompt = [...prompts].at(step.which % Math.max(1, prompts.size))
        answers += 1
        const id = `answer ${answers}`
        if (prompt !== undefined) inMain(() => gateway.answer(prompt, id, { kind: 'yesno', yes: true }))
        const shown = engine.engine.prompts.prompts.at(-1)
        if (shown !== undefined)
          scheduler.timer(0, () => engine.engine.prompts.answer(answerTo(shown.id, id)), engine.process)
        return
      }
      case 'reset':
        link.reset()
        return
      case 'black-hole':
        link.swallow()
        scheduler.timer(step.forMs, () => link.heal(), undefined)
        return
      case 'gateway-dies':
        ledger.gatewayGone()
        gateways.splice(0).at(-1)?.kill()
        return
      case 'host-dies':
        functions.killHost()
        return
      case 'engine-dies':
        engine.kill()
        scheduler.timer(
          2_000,
          () => {
            engine = startEngine()
          },
          undefined,
        )
    }
  }

  let atMs = 2_000
  await scheduler.runUntil(atMs)
  for (const step of steps) {
    atMs += step.afterMs
    await scheduler.runUntil(atMs)
    world.log.add('STEP', JSON.stringify(step))
    strike(step)
  }
  await scheduler.runUntil(atMs + 60_000)
  link.heal()
  for (const job of jobs) inMain(() => job.finish())
  await scheduler.runUntil(atMs + restMs)
  for (const { engine: one } of world.engines) for (const open of one.sessions.open) open.end('interrupted', 'the end')
  await scheduler.runUntil(atMs + restMs + 60_000)
  ledger.checkRest()
  for (const job of jobs) job.custody.release()
  engine.kill()
  const { forwarded, shown, shownOfHeld } = ledger
  return { violations: world.violations, forwarded, shown, shownOfHeld, answered: functions.answered.length, stops }
}

function openChannel(world: World, main: { name: string; computer: never } | Parameters<World['kill']>[0]): Channel {
  const endpoint = trustProfileEndpoint({ host: '127.0.0.1', port: enginePort })
  if (!endpoint.ok) throw new Error('There is no endpoint.')
  return world.network.of(main as Parameters<World['kill']>[0]).open(endpoint.value)
}

const answerTo = (prompt_id: string, answer_id: string) => ({
  prompt_id,
  answer_id,
  choice: 'yesno' as const,
  yesno: true,
})
const silentLogger = { info: () => undefined, warn: () => undefined, error: () => undefined }
const silentFunctions = {
  nextQuestion: () => 0,
  answerReceived: () => undefined,
  requestEnded: () => undefined,
}
