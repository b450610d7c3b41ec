import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import type { EnvironmentConnection } from '../../src/main/environment.ts'
import { systemClock } from '../../src/openobd/clock.ts'
import { trustProfileEndpoint } from '../../src/openobd/grpc/endpoint.ts'
import { GrpcChannel } from '../../src/openobd/grpc/grpc-channel.ts'
import { SessionController } from '../../src/openobd/session/session-controller.ts'
import { WorkshopViewer } from '../../src/openobd/session/workshop-viewer.ts'
import type { SessionRecord } from '../../src/openobd/wire/session-record.ts'
import { type Fact, readable, readFact, type UnreadableFact } from '../../src/shared/facts.ts'
import { SeededRandom } from '../simulation/time/random.ts'
import { EngineProcess } from '../support/engine-process.ts'
import { type Death, describeDeath, planDeath } from './death.ts'
import { brokenPromises, type EngineSession, handlesOf, lastRequestOn } from './promises.ts'
import { lineSchema, type ReportLine } from './report-lines.ts'

/** A bug that the harness must find. */
export type PlantedBug = 'acknowledged-before-the-commit' | 'finish-repeated' | 'orphan'

interface UnsentResult {
  readonly handle: string
  readonly description: string | undefined
}

/** What the application of one round is told. */
export interface Round {
  readonly number: number
  readonly seed: number
  readonly folder: string
  readonly connection: EnvironmentConnection
  /** Key of the encryption, as hex. */
  readonly key: string
  readonly death: Death | undefined
  /** Handles of the sessions that the engine still has: they must be offered. */
  readonly left: readonly string[]
  /** Results that were chosen and that the engine does not have: they must be offered. */
  readonly unsent: readonly UnsentResult[]
  readonly bug: PlantedBug | undefined
}

/** The outcome of a round. */
export interface RoundResult {
  readonly number: number
  /** The planned point of death. */
  readonly death: string
  readonly planned: Death
  /** Whether it was reached; otherwise the application was killed at the end of its script. */
  readonly isReached: boolean
  /** Whether batches were without an acknowledgement when it died, and how many of them are on the disk. */
  readonly open: { readonly batches: number; readonly written: number }
  readonly factCount: number
  /** Handles of the sessions that had to be offered. */
  readonly left: readonly string[]
  readonly broken: readonly string[]
}

const application = join(import.meta.dirname, 'application.ts')
const roundLimitMs = 60_000

/** An engine that survives, one profile, and one application after the other that is killed. */
export class CrashBench {
  readonly #engine: EngineProcess
  readonly #channel: GrpcChannel
  readonly #controller: SessionController
  readonly #viewer: WorkshopViewer
  readonly #records = new Map<string, SessionRecord>()
  readonly #folder = mkdtempSync(join(tmpdir(), 'workbench-crash-'))
  readonly #key = randomBytes(32).toString('hex')
  readonly #seed: number
  #rounds = 0

  private constructor(engine: EngineProcess, seed: number) {
    this.#engine = engine
    this.#seed = seed
    const { host, port } = engine.ready
    const endpoint = trustProfileEndpoint({ host, port })
    if (!endpoint.ok) throw new Error(endpoint.failure.code)
    this.#channel = new GrpcChannel(endpoint.value)
    this.#controller = new SessionController(this.#channel, engine.ready, systemClock)
    this.#viewer = new WorkshopViewer({
      controller: this.#controller,
      clock: systemClock,
      random: Math.random,
      onEvent: (event) => {
        if (event.kind === 'session-changed') this.#records.set(event.session.sessionId, event.session)
      },
    })
    this.#viewer.start()
  }

  /** Starts the engine. Everything that follows depends on the seed, except the speed of the computer. */
  static async start(seed: number): Promise<CrashBench> {
    return new CrashBench(await EngineProcess.start(), seed)
  }

  /** Starts the application on the profile, waits for its death and judges what is left. */
  async round(bug?: PlantedBug, planned?: Death): Promise<RoundResult> {
    this.#rounds += 1
    const number = this.#rounds
    const random = new SeededRandom(this.#seed * 100_000 + number)
    const death = planned ?? planDeath(random)
    const left = await this.#left()
    const unsent = unsentResults(readable(this.#files().stored), await this.#sessions())
    const { host, port, clientId, clientSecret, clusterId } = this.#engine.ready
    const connection = { host, port, clientId, clientSecret, clusterId }
    const told = {
      number,
      seed: random.uint32(),
      folder: this.#folder,
      connection,
      key: this.#key,
      death,
      left,
      unsent,
      bug,
    }
    const lines = await run(told)
    const orphans = await livingAfterGrace(lines.flatMap((line) => (line.kind === 'child' ? line.pid : [])))
    const { integrity, stored } = this.#files()
    const sessions = await this.#sessions()
    const known = new Set(stored.map(({ job, sequence }) => `${job} ${sequence}`))
    const acknowledged = new Set(lines.flatMap((line) => (line.kind === 'acknowledged' ? line.batch : [])))
    const open = lines.filter((line) => line.kind === 'posted' && !acknowledged.has(line.batch))
    const isWritten = (line: ReportLine) =>
      line.kind === 'posted' && line.facts.every((fact) => known.has(`${fact.job} ${fact.sequence}`))
    return {
      number,
      death: describeDeath(death),
      planned: death,
      isReached: lines.some(({ kind }) => kind === 'dying'),
      open: { batches: open.length, written: open.filter(isWritten).length },
      factCount: stored.length,
      left,
      broken: brokenPromises({ lines, integrity, stored, sessions, orphans }),
    }
  }

  /** Ends the engine and removes the profile. */
  async stop(): Promise<void> {
    this.#viewer.stop()
    this.#channel.close()
    await this.#engine.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Handles of the sessions that are not over, according to the engine. */
  async #left(): Promise<string[]> {
    const facts = readable(this.#files().stored)
    const list = await this.#controller.getSessionList()
    if (!list.ok) throw new Error(`The engine does not answer: ${list.failure.code}`)
    const open = list.value.filter(({ state }) => state === 'active' || state === 'available')
    return open.flatMap(({ id }) => {
      const handles = handlesOf(facts, id)
      const ticket = this.#records.get(id)?.ticketNumber
      return handles.length > 0 ? handles : lastRequestOn(facts, ticket)
    })
  }

  /** The newest record of each session that the engine ever had. */
  async #sessions(): Promise<EngineSession[]> {
    const list = await this.#controller.getSessionList()
    if (!list.ok) throw new Error(`The engine does not answer: ${list.failure.code}`)
    // The list was asked after the death, so that the viewer has everything that came before it.
    const isThere = () => list.value.every(({ id, state }) => this.#records.get(id)?.state === state)
    for (let waited = 0; !isThere() && waited < 5_000; waited += 10) await delay(10)
    return [...this.#records.values()].map((record) => ({
      sessionId: record.sessionId,
      ticketNumber: record.ticketNumber ?? '',
      state: record.state,
      acceptedFinishes: record.acceptedFinishes ?? 0,
      ...finishedAt(record),
      ...(record.serviceResult ? { serviceResult: record.serviceResult } : {}),
    }))
  }

  #files(): { integrity: Record<string, string>; stored: (Fact | UnreadableFact)[] } {
    const integrity: Record<string, string> = {}
    let stored: (Fact | UnreadableFact)[] = []
    for (const name of ['journal.sqlite', 'workbench.sqlite']) {
      const path = join(this.#folder, name)
      if (!existsSync(path)) continue
      const database = new DatabaseSync(path)
      integrity[name] = String(database.prepare('PRAGMA integrity_check').get()?.integrity_check)
      const hasFacts = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'facts'").get() !== undefined
      const rows = hasFacts ? database.prepare('SELECT job, sequence, fact FROM facts').all() : []
      stored = [
        ...stored,
        ...rows.map(({ job, sequence, fact }) => storedFact(String(job), Number(sequence), String(fact))),
      ]
      database.close()
    }
    return { integrity, stored }
  }
}

function finishedAt({ transitions }: SessionRecord): { readonly finishedAt?: number } {
  const end = transitions.find(({ to }) => to === 'finished')
  return end ? { finishedAt: end.at } : {}
}

/** The chosen results of open jobs that the engine does not have. Written without the application's own projections. */
function unsentResults(facts: readonly Fact[], sessions: readonly EngineSession[]): UnsentResult[] {
  const finished = new Set(sessions.filter(({ state }) => state === 'finished').map(({ sessionId }) => sessionId))
  return [...Map.groupBy(facts, ({ job }) => job).values()].flatMap((ofJob) => {
    if (ofJob.some(({ kind }) => kind === 'job-closed')) return []
    const inOrder = [...ofJob].sort((a, b) => a.sequence - b.sequence)
    const handle = inOrder.findLast((fact) => fact.kind === 'session-requested')?.session
    const ofSession = inOrder.filter((fact) => 'session' in fact && fact.session === handle)
    const step = ofSession.findLast(({ kind }) => kind.startsWith('finish-'))
    const isOver = ofSession.some((fact) => fact.kind === 'session-started' && finished.has(fact.sessionId))
    if (handle === undefined || isOver || (step?.kind !== 'finish-chosen' && step?.kind !== 'finish-sent')) return []
    return [{ handle, description: step.serviceResult.description }]
  })
}

function storedFact(job: string, sequence: number, text: string): Fact | UnreadableFact {
  try {
    return readFact(job, sequence, JSON.parse(text))
  } catch {
    return { kind: 'unreadable', job, sequence, raw: text }
  }
}

/** Runs the application until it is dead; returns what it said. */
async function run(round: Round): Promise<ReportLine[]> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', application, JSON.stringify(round)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: ReportLine[] = []
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-4_000)
  })
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(lineSchema.parse(JSON.parse(line))))
  const limit = setTimeout(() => child.kill('SIGKILL'), roundLimitMs)
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  clearTimeout(limit)
  const isExpected = signal === 'SIGKILL' && lines.some(({ kind }) => kind === 'dying' || kind === 'done')
  const isStuck = lines.some(({ kind }) => kind === 'stuck')
  if (!isExpected && !isStuck) throw new Error(`The application ended by itself (${code ?? signal}):\n${errors}`)
  return lines
}

/** Processes that are still there after five seconds. */
async function livingAfterGrace(pids: readonly number[]): Promise<number[]> {
  for (let waited = 0; waited < 5_000; waited += 20) {
    if (!pids.some(isAlive)) return []
    await delay(20)
  }
  return pids.filter(isAlive)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    // A process that ended but that nobody has waited for is dead.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return !existsSync('/proc')
  }
}
