import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { type CallOutcome, refused } from '../../../openobd/failure.ts'
import { ManualClock } from '../../../openobd/manual-clock.ts'
import type { SessionInfo } from '../../../openobd/wire/session-info.ts'
import type { FunctionInfo, Profile } from '../../../shared/app-state.ts'
import { defaultVoltageLimits } from '../../../shared/car-link.ts'
import type { Fact, NewFact } from '../../../shared/facts.ts'
import type { JobPlace, JournalView } from '../../../shared/job.ts'
import type { JournalTrouble } from '../../../shared/journal-trouble.ts'
import { succeeded } from '../../../shared/outcome.ts'
import type { ServiceResult } from '../../../shared/service-result.ts'
import type { SessionSummary, SessionTarget, SessionView, UnfinishedSession } from '../../../shared/session.ts'
import { createLogger } from '../../logging.ts'
import type { Server } from '../../services/server.ts'
import { Servers } from '../../services/servers.ts'
import { SessionFinder } from '../../services/session-finder.ts'
import { Jobs } from '../jobs.ts'
import { Journal } from '../journal/journal.ts'
import { type JournalThread, journalHere } from '../journal/journal-thread.ts'
import { ownRecordsOf } from '../projections/own-records.ts'
import type { HeldSession } from '../token-keeping.ts'
import { UnfinishedJobs, type UnfinishedJobsOptions } from '../unfinished-jobs.ts'
import { FakeCustody } from './fake-custody.ts'
import { type FakeFunction, FakeFunctionGateway } from './fake-functions.ts'

/** The target of every session, unless a test says something else. */
export const target: SessionTarget = { kind: 'ticket', number: '7848095' }
/** A plain success. */
export const result: ServiceResult = { results: ['success'], userFeedback: 'success' }
/** A function that every fake gateway has. */
export const identify: FunctionInfo = { id: 'identify', name: 'Identify the car', version: '1', description: '' }

/** A session as the server lists it. */
export const info = (id: string, state: SessionInfo['state'], createdAt = 1): SessionInfo => ({
  id,
  state,
  createdAt,
  grpcEndpoint: '127.0.0.1',
})

/** A server that a test plays. */
export class FakeServer {
  sessions: SessionInfo[] = []
  readonly interrupted: string[] = []
  /** Sessions whose prompts were taken off the screen. */
  readonly withoutPrompts: string[] = []
  interruptOutcome: CallOutcome<never> | undefined
  isDown = false
  isConnected = true
  /** Whether a session is on our target, according to the viewer. */
  ours = new Map<string, boolean>()
  /** What the viewer says. */
  readonly label = new Map<string, string>()
  holding: string | undefined
  place: JobPlace = {}
  status: 'ready' | 'reconnecting' = 'ready'
  readonly prepare: ((custody: FakeCustody) => void)[] = []
  readonly custodies: FakeCustody[] = []
  /** The gateway of the server; the children of its sessions are functions of it. */
  readonly gateway = new FakeFunctionGateway([identify])
  readonly server: Server
  #count = 0

  constructor(profile: Pick<Profile, 'id' | 'kind' | 'name'> & { key: string }, bench: () => Bench) {
    const fake = this
    const controller = {
      getSession: (id: string) => {
        if (fake.isDown) return Promise.resolve(refused('sessionController/getSession', 'connection-lost'))
        const found = fake.sessions.find((session) => session.id === id)
        return Promise.resolve(found ? succeeded(found) : refused('sessionController/getSession', 'not-found'))
      },
      getSessionList: () =>
        Promise.resolve(
          fake.isDown ? refused('sessionController/getSessionList', 'connection-lost') : succeeded(fake.sessions),
        ),
      interruptSession: (id: string) => {
        fake.interrupted.push(id)
        if (fake.interruptOutcome) return Promise.resolve(fake.interruptOutcome)
        const found = fake.sessions.find((session) => session.id === id)
        return Promise.resolve(found ? succeeded(found) : refused('sessionController/interruptSession', 'not-found'))
      },
    }
    const workshop = {
      labelOf: (id: string) => fake.label.get(id),
      placeOf: () => undefined,
      sessionHolding: () => fake.holding,
      placeOfTarget: () => fake.place,
    }
    const records = () => {
      const { jobs, unfinished } = bench()
      return ownRecordsOf([...jobs.all.map(({ state }) => state), ...unfinished.states], profile.key)
    }
    const finder = new SessionFinder({
      controller: () => controller as never,
      workshop,
      ownRecord: (id) => records().find(({ sessionId }) => sessionId === id),
      unfinished: () => records().filter(({ isEnded }) => !isEnded),
    })
    const server = {
      key: profile.key,
      profile,
      finder,
      workshop,
      gateway: fake.gateway,
      prompts: {
        endSession: (id: string) => void fake.withoutPrompts.push(id),
      },
      get view() {
        return { profileId: profile.id, status: fake.status, viewer: 'available', secure: false }
      },
      get connection() {
        return fake.isConnected ? { controller } : undefined
      },
      get createCustody() {
        if (!fake.isConnected) return undefined
        return (hooks: ConstructorParameters<typeof FakeCustody>[0]) => {
          fake.#count += 1
          const custody = new FakeCustody(hooks, `s${fake.#count}`, fake.gateway.calls)
          for (const prepare of fake.prepare) prepare(custody)
          fake.custodies.push(custody)
          return custody
        }
      },
      isOurs: (_target: SessionTarget, { id }: SessionInfo) => Promise.resolve(fake.ours.get(id)),
      connect: () => Promise.resolve(),
      disconnect: () => Promise.resolve(),
    }
    this.server = server as unknown as Server
  }
}

interface Bench {
  readonly jobs: Jobs
  readonly unfinished: UnfinishedJobs
}

interface BenchOptions {
  readonly folder?: string
  readonly prepare?: (custody: FakeCustody) => void
  readonly resumable?: UnfinishedJobsOptions['resumable']
  readonly resume?: UnfinishedJobsOptions['resume']
  readonly startedAt?: number
}

/** Jobs on two fake servers with a real journal. `disk.cause` makes every call fail, `disk.slowMs` each of them take that long. */
export function setUp(more: BenchOptions = {}) {
  const clock = new ManualClock(more.startedAt)
  const folder = more.folder ?? mkdtempSync(join(tmpdir(), 'workbench-jobs-'))
  if (!more.folder) onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const disk: { cause: JournalTrouble | undefined; slowMs: number } = { cause: undefined, slowMs: 0 }
  let diskIdleAt = 0
  const file = journalHere(folder, () => clock.wallMs())
  const thread: JournalThread = {
    call: (call) => {
      if (disk.cause) return Promise.resolve({ ok: false as const, cause: disk.cause })
      if (disk.slowMs === 0) return file.call(call)
      diskIdleAt = Math.max(diskIdleAt, clock.monotonicMs()) + disk.slowMs
      return new Promise((resolve) => {
        clock.after(diskIdleAt - clock.monotonicMs(), () => void file.call(call).then(resolve))
      })
    },
  }
  const troubles: (JournalTrouble | undefined)[] = []
  const onView = ({ trouble }: JournalView) => void troubles.push(trouble)
  const journal = new Journal({ thread, clock, random: () => 0, onView })
  const views: (SessionView | null)[] = []
  const secrets: string[] = []
  const log: string[] = []
  const shown: UnfinishedSession[][] = []
  let blocking: SessionSummary[] | null = null
  const bench = (): Bench => ({ jobs, unfinished })
  const kept: { keep: HeldSession[]; forget: string[] } = { keep: [], forget: [] }
  const tokens = {
    keepContexts: () => Promise.resolve(),
    keep: (held: HeldSession) => Promise.resolve(void kept.keep.push(held)),
    forget: (handle: string) => void kept.forget.push(handle),
  }
  const server = new FakeServer({ id: 'embedded', kind: 'embedded', name: 'Engine', key: 'embedded' }, bench)
  const depot = new FakeServer({ id: 'depot', kind: 'remote', name: 'Depot', key: 'depot.example:443' }, bench)
  if (more.prepare) server.prepare.push(more.prepare)
  const fakes = [server, depot]
  const servers = new Servers({
    create: ({ id }) => {
      const found = fakes.find((fake) => fake.server.profile.id === id)
      if (!found) throw new Error(id)
      return found.server
    },
    onChosen: () => jobs?.serverChosen(),
    onGone: () => undefined,
  })
  const jobs: Jobs = new Jobs({
    servers,
    journal,
    clock,
    logger: createLogger({ write: (text) => void log.push(text) }),
    language: () => 'en',
    random: () => 0,
    onSecret: (token) => void secrets.push(token),
    tokens,
    clean: (value) =>
      typeof value === 'object' ? JSON.parse(JSON.stringify(value).replaceAll('CANARY-known', '[secret]')) : value,
    unfinished: () => unfinished,
    onChange: () => void views.push(jobs.shownView.session),
    onBlocking: (sessions) => {
      blocking = sessions
    },
    onSessions: () => undefined,
    watch: () => () => undefined,
    voltageLimits: () => defaultVoltageLimits,
  })
  servers.choose(server.server.profile)
  const unfinished: UnfinishedJobs = new UnfinishedJobs({
    journal,
    clock,
    importRecords: () => Promise.resolve(),
    isOfThisRun: (job) => jobs.isOfThisRun(job),
    isTaken: (server, on, sessionId) => jobs.isTaken(server, on, sessionId),
    serverOf: (key) => fakes.find((fake) => fake.server.key === key && fake.isConnected)?.server,
    publish: (sessions) => void shown.push(sessions),
    resumable: more.resumable ?? (() => Promise.resolve('not-kept')),
    resume: more.resume ?? (() => Promise.reject(new Error('no resume in this test'))),
    forgetToken: (handle) => tokens.forget(handle),
  })
  const facts = async (job: string): Promise<Fact[]> => {
    const stored = await journal.facts(job)
    return stored.ok ? (stored.value as Fact[]) : []
  }
  return {
    clock,
    folder,
    disk,
    troubles,
    journal,
    jobs,
    unfinished,
    servers,
    server,
    depot,
    views,
    secrets,
    kept,
    log,
    /** The functions that were started on the first server, oldest first. */
    get functions(): readonly FakeFunction[] {
      return server.gateway.started
    },
    blocking: () => blocking,
    shown: () => shown.at(-1) ?? [],
    facts,
    kinds: async (job: string) => (await facts(job)).map(({ kind }) => kind),
    view: () => jobs.shownView.session,
  }
}

/** The value of {@link setUp}. */
export type JobsBench = ReturnType<typeof setUp>

/** Starts a session; a failure fails the test. */
export async function started(bench: JobsBench, on: SessionTarget = target) {
  expect(await bench.jobs.start(on)).toEqual({ ok: true, value: null })
  const job = bench.jobs.shown
  const custody = bench.server.custodies.at(-1)
  if (!job || !custody || !job.handle) throw new Error('no session')
  return { job, handle: job.handle, custody }
}

/** Facts with their numbers. */
export const numbered = (job: string, facts: readonly NewFact[], at = 1): Fact[] =>
  facts.map((fact, index) => ({ ...fact, job, sequence: index + 1, at: at + index }) as Fact)
