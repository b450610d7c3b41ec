import type { Language } from '../shared/app-state.ts'
import {
  type FromFunctionHost,
  type FunctionEndpoint,
  type ToFunctionHost,
  toFunctionHostSchema,
} from '../shared/function-host.ts'
import { abortableWait } from './abortable-wait.ts'
import type { DiagnosticFunction } from './diagnostic-function.ts'
import { type FunctionSession, SessionFailure } from './function-session.ts'
import { mirrored } from './prompt-mirror.ts'

/** A session that a run works in, as the host holds it. */
export interface HostedSession extends FunctionSession {
  /** Takes a newer session token for every call and stream opened from now on. */
  takeToken(token: string): void
  /** Closes prompts and conversations, so that nothing waits any more; the log can still be written. */
  interrupt(): void
  /** Closes everything that is still open, hands the last log lines over and closes the channel. */
  close(): Promise<void>
}

/** What happens in the process, for its log. Never carries a message of the pipe. */
export type HostEvent = 'message-refused' | 'run-unknown' | 'run-repeated' | 'run-broken' | 'token-refused'

/** What the host needs of its surroundings. */
export interface HostSurroundings {
  readonly functions: readonly DiagnosticFunction[]
  readonly openSession: (endpoint: FunctionEndpoint, sessionToken: string) => HostedSession
  readonly send: (message: FromFunctionHost) => void
  readonly exit: () => void
  readonly note: (event: HostEvent, about: { type?: string; runId?: string; error?: unknown }) => void
}

interface Run {
  readonly abort: AbortController
  readonly session: HostedSession
  ended: Promise<void>
}

type RunMessage = Extract<ToFunctionHost, { type: 'run' }>

/** Runs functions on behalf of main: one run per message, each in a session of main's choice, each with exactly one `ended`. */
export class FunctionHost {
  readonly #surroundings: HostSurroundings
  readonly #runs = new Map<string, Run>()
  #closing = false

  constructor(surroundings: HostSurroundings) {
    this.#surroundings = surroundings
  }

  /** Tells main that runs are taken from now on. */
  announce(): void {
    this.#surroundings.send({ type: 'ready', functions: this.#surroundings.functions.map(({ info }) => info) })
  }

  /** Takes one message of the pipe; what does not fit the protocol is noted and dropped. */
  receive(raw: unknown): void {
    const parsed = toFunctionHostSchema.safeParse(raw)
    if (!parsed.success) {
      this.#surroundings.note('message-refused', { type: typeNameOf(raw) })
      return
    }
    const message = parsed.data
    if (message.type === 'run') this.#start(message)
    else if (message.type === 'close') void this.close()
    else this.#withRun(message)
  }

  /** Stops every run, waits for their ends and leaves the process. Repeating it changes nothing. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    const runs = [...this.#runs.values()]
    for (const run of runs) stop(run)
    await Promise.all(runs.map((run) => run.ended))
    this.#surroundings.exit()
  }

  #withRun(message: Extract<ToFunctionHost, { type: 'sessionToken' | 'stop' }>): void {
    const run = this.#runs.get(message.runId)
    if (!run) this.#surroundings.note('run-unknown', { type: message.type, runId: message.runId })
    else if (message.type === 'stop') stop(run)
    else this.#takeToken(run, message.token, message.runId)
  }

  /** A token that cannot be used is noted; the run goes on with the one before. */
  #takeToken(run: Run, token: string, runId: string): void {
    try {
      run.session.takeToken(token)
    } catch {
      this.#surroundings.note('token-refused', { runId })
    }
  }

  #start(message: RunMessage): void {
    const { runId, functionId } = message
    const { functions, send, note } = this.#surroundings
    if (this.#runs.has(runId)) {
      note('run-repeated', { runId })
      return
    }
    const wanted = functions.find(({ info }) => info.id === functionId)
    if (!wanted || this.#closing) {
      const failureCode = wanted ? 'not-allowed-now' : 'not-found'
      send({ type: 'ended', runId, outcome: 'failed', failureCode, detail: 'This function is not available here.' })
      return
    }
    const session = this.#open(message)
    if (!session) return
    const run: Run = { abort: new AbortController(), session, ended: Promise.resolve() }
    this.#runs.set(runId, run)
    send({ type: 'started', runId })
    run.ended = this.#runToEnd(run, wanted, runId, message.language)
  }

  #open({ runId, endpoint, sessionToken }: RunMessage): HostedSession | undefined {
    try {
      return this.#surroundings.openSession(endpoint, sessionToken)
    } catch (error) {
      this.#surroundings.send({ type: 'ended', runId, ...this.#failedEnd(error, runId) })
      return undefined
    }
  }

  async #runToEnd(run: Run, wanted: DiagnosticFunction, runId: string, language: Language): Promise<void> {
    const { send } = this.#surroundings
    const { signal } = run.abort
    let end: Omit<Extract<FromFunctionHost, { type: 'ended' }>, 'type' | 'runId'>
    try {
      const suggestedResult = await wanted.run({
        session: mirrored(run.session, runId, send),
        language,
        signal,
        wait: (ms) => abortableWait(ms, signal),
        expects: (controlUnits) => {
          if (!signal.aborted) send({ type: 'extent', runId, controlUnits })
        },
        found: (finding) => {
          if (!signal.aborted) send({ type: 'finding', runId, ...finding })
        },
      })
      end = { outcome: 'succeeded', suggestedResult }
    } catch (error) {
      end = signal.aborted ? { outcome: 'stopped' } : this.#failedEnd(error, runId)
    }
    await run.session.close().catch((error: unknown) => this.#surroundings.note('run-broken', { runId, error }))
    this.#runs.delete(runId)
    send({ type: 'ended', runId, ...end })
  }

  #failedEnd(error: unknown, runId: string) {
    if (error instanceof SessionFailure) {
      return { outcome: 'failed' as const, failureCode: error.code, detail: error.message.slice(0, 500) }
    }
    this.#surroundings.note('run-broken', { runId, error })
    return { outcome: 'failed' as const, failureCode: 'internal' as const }
  }
}

/** Ends every wait of a run; the function itself closes its log on the way out. */
function stop(run: Run): void {
  run.abort.abort()
  run.session.interrupt()
}

/** The name of a message's type where it can be told without touching anything else of it. */
function typeNameOf(raw: unknown): string {
  const type = typeof raw === 'object' && raw !== null && 'type' in raw ? raw.type : undefined
  return typeof type === 'string' && /^[a-zA-Z]{1,32}$/.test(type) ? type : 'unreadable'
}
