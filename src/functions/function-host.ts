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

/** The session of a run, as the host uses it. */
export interface HostedSession extends FunctionSession {
  /** Uses a newer session token for every later call and stream. */
  takeToken(token: string): void
  /** Closes prompts and conversations, which ends every wait. The log stays writable. */
  interrupt(): void
  /** Closes everything that is still open, sends the last log lines and closes the gRPC channel. */
  close(): Promise<void>
}

/** An event for the log of the process. It never contains a message of the pipe. */
export type HostEvent = 'message-refused' | 'run-unknown' | 'run-repeated' | 'run-broken' | 'token-refused'

/** Dependencies of the host. */
export interface FunctionHostDependencies {
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

/** Runs functions for main. Each `run` message starts one run in the session that it names; each run reports exactly one `ended`. */
export class FunctionHost {
  readonly #dependencies: FunctionHostDependencies
  readonly #runs = new Map<string, Run>()
  #closing = false

  constructor(dependencies: FunctionHostDependencies) {
    this.#dependencies = dependencies
  }

  /** Reports to main that the host accepts runs. */
  announce(): void {
    this.#dependencies.send({ type: 'ready', functions: this.#dependencies.functions.map(({ info }) => info) })
  }

  /** Handles one message of the pipe. A message that does not match the schema is logged and dropped. */
  receive(raw: unknown): void {
    const parsed = toFunctionHostSchema.safeParse(raw)
    if (!parsed.success) {
      this.#dependencies.note('message-refused', { type: typeNameOf(raw) })
      return
    }
    const message = parsed.data
    if (message.type === 'run') this.#start(message)
    else if (message.type === 'close') void this.close()
    else this.#withRun(message)
  }

  /** Stops every run, waits until all have ended and exits the process. Repeated calls have no effect. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    const runs = [...this.#runs.values()]
    for (const run of runs) stop(run)
    await Promise.all(runs.map((run) => run.ended))
    this.#dependencies.exit()
  }

  #withRun(message: Extract<ToFunctionHost, { type: 'sessionToken' | 'stop' }>): void {
    const run = this.#runs.get(message.runId)
    if (!run) this.#dependencies.note('run-unknown', { type: message.type, runId: message.runId })
    else if (message.type === 'stop') stop(run)
    else this.#takeToken(run, message.token, message.runId)
  }

  /** An unusable token is logged; the run continues with the previous one. */
  #takeToken(run: Run, token: string, runId: string): void {
    try {
      run.session.takeToken(token)
    } catch {
      this.#dependencies.note('token-refused', { runId })
    }
  }

  #start(message: RunMessage): void {
    const { runId, functionId } = message
    const { functions, send, note } = this.#dependencies
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
      return this.#dependencies.openSession(endpoint, sessionToken)
    } catch (error) {
      this.#dependencies.send({ type: 'ended', runId, ...this.#failedEnd(error, runId) })
      return undefined
    }
  }

  async #runToEnd(run: Run, wanted: DiagnosticFunction, runId: string, language: Language): Promise<void> {
    const { send } = this.#dependencies
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
    await run.session.close().catch((error: unknown) => this.#dependencies.note('run-broken', { runId, error }))
    this.#runs.delete(runId)
    send({ type: 'ended', runId, ...end })
  }

  #failedEnd(error: unknown, runId: string) {
    if (error instanceof SessionFailure) {
      return { outcome: 'failed' as const, failureCode: error.code, detail: error.message.slice(0, 500) }
    }
    this.#dependencies.note('run-broken', { runId, error })
    return { outcome: 'failed' as const, failureCode: 'internal' as const }
  }
}

/** Ends every wait of a run. The function closes its log itself. */
function stop(run: Run): void {
  run.abort.abort()
  run.session.interrupt()
}

/** The type of a message; no other field is read. */
function typeNameOf(raw: unknown): string {
  const type = typeof raw === 'object' && raw !== null && 'type' in raw ? raw.type : undefined
  return typeof type === 'string' && /^[a-zA-Z]{1,32}$/.test(type) ? type : 'unreadable'
}
