import type { AppState } from '../../../src/shared/app-state.ts'
import type { Fact } from '../../../src/shared/facts.ts'
import { serverKeyOf } from '../world/shown.ts'
import type { World } from '../world/world.ts'
import type { Truth } from './truth.ts'

/** The server of a job as its first fact names it. */
type OpenedOn = Extract<Fact, { kind: 'job-opened' }>['server']

/** Which job has which sessions on which server, as the facts say it, compared with the servers. */
export class KnownSessions {
  readonly #world: World
  readonly #truth: Truth
  readonly #ids = new Map<string, string>()
  readonly #jobs = new Map<string, string>()
  /** The server on which a job was opened. */
  readonly #servers = new Map<string, OpenedOn>()
  readonly #names = new Map<string, string>()
  /** The job whose facts have an answer. */
  readonly #answers = new Map<string, string>()
  readonly #reported = new Set<string>()

  constructor(world: World, truth: Truth) {
    this.#world = world
    this.#truth = truth
  }

  /** The server's id of a session of ours. */
  idOf(handle: string): string | undefined {
    return this.#ids.get(handle)
  }

  /** Whether a session belongs to a job. */
  isOurs(sessionId: string): boolean {
    return this.#jobs.has(sessionId)
  }

  /** Main has given facts to the journal. */
  appended(facts: readonly Fact[]): void {
    for (const fact of facts) {
      if (fact.kind === 'job-opened') this.#servers.set(fact.job, fact.server)
      if (fact.kind === 'session-started') this.#started(fact.job, fact.session, fact.sessionId)
      if (fact.kind === 'prompt-answered') {
        this.#answers.set(fact.answerId, fact.job)
        this.answered(fact.answerId)
      }
    }
  }

  /** A job keeps the server on which it was opened, and its name. Two servers may have the same address. */
  published({ jobs, profiles }: AppState): void {
    for (const { id, profileId, serverName } of jobs) {
      const opened = this.#servers.get(id)?.profileId
      if (opened !== undefined && opened !== profileId)
        this.#once('jobs', `job ${id} was opened on the server ${opened} and is shown on ${profileId}`)
      const name = this.#names.get(id) ?? profiles.find((one) => one.id === opened)?.name ?? serverName
      this.#names.set(id, name)
      if (name !== serverName) this.#once('jobs', `job ${id} was on ${name} and is shown on ${serverName}`)
    }
  }

  /** An answer was accepted, or its fact was written: both must mean the same job. */
  answered(answerId: string): void {
    const accepted = this.#truth.accepted.get(answerId)
    const recorded = this.#answers.get(answerId)
    const answered = accepted && this.#jobs.get(accepted.sessionId)
    if (recorded === undefined || answered === undefined || recorded === answered) return
    this.#once('P1', `the answer ${answerId} went to job ${answered} and is recorded in job ${recorded}`)
  }

  #started(job: string, handle: string, sessionId: string): void {
    this.#ids.set(handle, sessionId)
    this.#jobs.set(sessionId, job)
    const port = this.#truth.sessions.get(sessionId)?.engine.port
    const key = this.#servers.get(job)?.key
    if (port !== undefined && key !== undefined && serverKeyOf(port) !== key)
      this.#once('jobs', `job ${job} was opened on ${key}, and its session ${sessionId} is on ${serverKeyOf(port)}`)
  }

  #once(promise: string, text: string): void {
    if (this.#reported.has(text)) return
    this.#reported.add(text)
    this.#world.violated(promise, text)
  }
}
