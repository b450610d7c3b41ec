import { rmSync } from 'node:fs'
import { createBackend } from '../../../src/main/backend.ts'
import type { EnvironmentConnection } from '../../../src/main/environment.ts'
import { initialState } from '../../../src/main/initial-state.ts'
import { type Backend, lazyHandlers } from '../../../src/main/ipc/lazy-handlers.ts'
import type { Handlers } from '../../../src/main/ipc/registrar.ts'
import { Journal } from '../../../src/main/jobs/journal/journal.ts'
import type { Logger } from '../../../src/main/logging.ts'
import { SecretRegistry } from '../../../src/main/services/secret-registry.ts'
import { StatePublisher } from '../../../src/main/services/state-publisher.ts'
import type { Encryption } from '../../../src/main/storage/encryption.ts'
import { openStorage, type Storage } from '../../../src/main/storage/storage.ts'
import type { AppState } from '../../../src/shared/app-state.ts'
import type { Fact } from '../../../src/shared/facts.ts'
import {
  type CallArgs,
  type CallName,
  type CallReply,
  contract,
  type EventPayload,
} from '../../../src/shared/ipc/contract.ts'
import { succeeded } from '../../../src/shared/outcome.ts'
import { clientClock } from '../time/clocks.ts'
import type { SeededRandom } from '../time/random.ts'
import type { Computer, SimProcess } from '../time/scheduler.ts'
import { type ChildSurroundings, type Program, programs, spawnInWorld } from './children.ts'
import { Disk } from './disk.ts'
import { Page } from './page.ts'
import type { FunctionWitness } from './scripted-functions.ts'
import { ownEnginePort } from './shown.ts'
import type { World } from './world.ts'

/** What is told of the application. */
export interface ApplicationWitness extends Omit<FunctionWitness, 'die'> {
  /** Main starts on the facts that earlier runs left on the disk, one list for each job that nobody closed. */
  began(left: readonly (readonly Fact[])[]): void
  /** Main has given facts to the journal. */
  appended(job: string, facts: readonly Fact[]): void
  /** Main has published a state; it has not reached the page yet. */
  published(state: AppState): void
  /** A call of the page has begun, while main had this state; the function is called with its reply. */
  pressed(name: CallName, args: unknown, state: AppState): (reply: unknown) => void
}

/** The computer of the workshop and what the application is started with. */
export interface ApplicationSetup {
  readonly world: World
  readonly computer: Computer
  readonly folder: string
  readonly random: SeededRandom
  readonly connection: EnvironmentConnection
  readonly witness: ApplicationWitness
  /** For session tokens that outlive a crash. */
  readonly encryption: Encryption
  readonly moreFunctions?: ChildSurroundings['moreFunctions']
}

const ipcMs = 1
const paintMs = 16

/**
 * The application on the workshop's computer: real main, real functions and real own engine, driven through the calls of the
 * contract, as the window does. A crash drops main and its children without any cleanup; the disk stays.
 */
export class Application {
  readonly disk: Disk
  readonly #setup: ApplicationSetup
  readonly #backends: Backend[] = []
  #running: Running | undefined
  #children: { readonly kind: Program; kill(): void }[] = []
  /** World time of the last start. */
  startedAtMs = 0

  constructor(setup: ApplicationSetup) {
    this.#setup = setup
    this.disk = new Disk(setup.world, setup.folder)
  }

  get computer(): Computer {
    return this.#setup.computer
  }

  /** The process of main; undefined while it does not run. */
  get process(): SimProcess | undefined {
    return this.#running?.process
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** The state as the page has it; undefined while there is no page. */
  get state(): AppState | undefined {
    return this.#running?.page?.state
  }

  /** The state as main has published it. */
  get published(): AppState | undefined {
    return this.#running?.publisher.state
  }

  /** Starts main and the window. */
  start(): void {
    const { world, computer } = this.#setup
    if (this.#running) return
    this.startedAtMs = world.scheduler.nowMs
    const process = world.process('main', computer)
    world.scheduler.timer(
      0,
      () => {
        this.#running = this.#boot(process)
        this.loadPage()
      },
      process,
    )
  }

  /** Kill -9: nothing is cleaned up. */
  crash(): void {
    const running = this.#running
    if (!running) return
    this.#running = undefined
    this.#setup.world.kill(running.process)
    for (const child of this.#children.splice(0)) child.kill()
    running.storage.database.close()
    this.disk.powerOff()
  }

  /** Ends a child process of the application. */
  killChild(kind: Program): void {
    const index = this.#children.findIndex((child) => child.kind === kind)
    if (index >= 0) this.#children.splice(index, 1)[0]?.kill()
  }

  /** The window is loaded anew; its old copy of the state is gone. */
  loadPage(): void {
    const running = this.#running
    if (!running) return
    running.page = undefined
    this.#inMain(running, () => {
      const snapshot = running.publisher.snapshot()
      this.#inPage(running, () => {
        running.page = new Page(snapshot)
      })
    })
  }

  /** A press in the window. The reply comes back to `done`. */
  press<N extends CallName>(name: N, args: CallArgs<N>, done: (reply: CallReply<N>) => void): void {
    const running = this.#running
    if (!running) return
    const settled = this.#setup.witness.pressed(name, args, running.publisher.state)
    this.#inMain(running, () => void this.#serve(running, name, args, settled, done))
  }

  /** After the last run: releases the profile folder and what dead processes have registered outside of their world. */
  dispose(): void {
    this.crash()
    for (const backend of this.#backends) void backend.stop().catch(() => undefined)
    rmSync(this.#setup.folder, { recursive: true, force: true })
  }

  async #serve<N extends CallName>(
    running: Running,
    name: N,
    args: CallArgs<N>,
    settled: (reply: unknown) => void,
    done: (reply: CallReply<N>) => void,
  ): Promise<void> {
    const handler = running.handlers[name] as (args: unknown) => unknown
    try {
      const reply = contract[name].reply.parse(await handler(contract[name].args.parse(args))) as CallReply<N>
      this.#inPage(running, () => {
        settled(reply)
        done(reply)
      })
    } catch (error) {
      this.#setup.world.threw(error)
    }
  }

  #boot(process: SimProcess): Running {
    const { world, computer, folder, connection, witness } = this.#setup
    const { scheduler } = world
    const clock = clientClock(scheduler, process)
    const secrets = new SecretRegistry()
    const storage = openStorage(folder, scheduler.wallMs(computer))
    if (storage.opened.condition !== 'new' && storage.opened.condition !== 'good')
      world.violated('P7', `the store is ${storage.opened.condition} after a start`)
    const publisher: StatePublisher = new StatePublisher(
      { ...initialState({ version: '0', platform: 'sim', host: 'stand-in' }), storage: storage.opened },
      clock,
      (name, payload) => {
        if (name === 'stateChanged') this.#publish(running, payload as EventPayload<'stateChanged'>)
        else this.#inPage(running, () => this.#drawnLog(running, payload as EventPayload<'logAppended'>))
      },
      ({ slice, problem }) => world.violated('P5', `main published an unusable ${slice}: ${problem}`),
    )
    const shell = { closingShown: () => succeeded(null), answerClosing: () => succeeded(null) }
    const lazy = lazyHandlers(publisher, shell)
    const running: Running = { process, publisher, storage, handlers: lazy.handlers, page: undefined }
    let isTold = true
    const tell = () => {
      if (!isTold) return
      isTold = false
      scheduler.timer(
        0,
        () => {
          isTold = true
          witness.published(publisher.state)
        },
        process,
      )
    }
    for (const slice of ['session', 'jobs', 'unfinishedSessions'] as const) publisher.watch(slice, tell)
    const thread = this.disk.journalOf(process)
    witness.began(this.disk.openJobs)
    const journal = new Journal({
      thread,
      clock,
      random: () => world.productRandom.next(),
      onView: (view) => publisher.set('journal', view),
    })
    const append = journal.append.bind(journal)
    journal.append = (job, facts) => {
      witness.appended(job, facts)
      return append(job, facts)
    }
    const backend = createBackend({
      publisher,
      logger: this.#logger(),
      secrets,
      launch: {
        profileFolder: folder,
        engineArguments: [],
        engineCredentials: undefined,
        connection,
        isDemonstration: false,
        hasAdvanceableClock: false,
      },
      storage,
      journal,
      spawn: spawnInWorld({
        world,
        parent: process,
        random: this.#setup.random,
        functionWitness: witness,
        ownEnginePort: () => ownEnginePort,
        moreFunctions: this.#setup.moreFunctions,
        started: (child) => this.#children.push(child),
      }),
      engineFile: programs.engine,
      functionHostFile: programs.functions,
      gatewayFile: programs.gateway,
      childEnvironment: {},
      announceEngine: undefined,
      writeClipboard: () => undefined,
      applyTheme: () => undefined,
      confirmPlaintext: () => Promise.resolve(false),
      openFiles: () => Promise.resolve(undefined),
      confirmUnprotected: () => Promise.resolve(false),
      saveFile: () => Promise.resolve(false),
      clock,
      network: world.network.of(process),
      encryption: this.#setup.encryption,
    })
    this.#backends.push(backend)
    lazy.provide(backend)
    return running
  }

  #publish(running: Running, payload: EventPayload<'stateChanged'>): void {
    this.#inPage(running, () => {
      const { page } = running
      if (!page) return
      if (!page.take(payload)) this.loadPage()
      else this.#acknowledge(running, page)
    })
  }

  #drawnLog(running: Running, { lines }: EventPayload<'logAppended'>): void {
    const { page } = running
    if (!page) return
    page.sequence = lines.at(-1)?.sequence ?? page.sequence
    this.#acknowledge(running, page)
  }

  #acknowledge(running: Running, page: Page): void {
    const { revision, sequence } = page
    const { scheduler } = this.#setup.world
    scheduler.deliver(paintMs, running.process, () => running.handlers.acknowledge({ revision, sequence }))
  }

  #inMain(running: Running, run: () => void): void {
    this.#setup.world.scheduler.deliver(ipcMs, running.process, run)
  }

  #inPage(running: Running, run: () => void): void {
    this.#setup.world.scheduler.deliver(ipcMs, running.process, run)
  }

  #logger(): Logger {
    const { world } = this.#setup
    const write = (level: string) => (event: string, fields?: object) =>
      world.log.add('main', `${level}: ${event}${fields ? ` ${JSON.stringify(fields)}` : ''}`)
    return { info: write('info'), warn: write('warn'), error: write('error') }
  }
}

interface Running {
  readonly process: SimProcess
  readonly publisher: StatePublisher
  readonly storage: Storage
  readonly handlers: Handlers
  page: Page | undefined
}
