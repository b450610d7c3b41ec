import type { FunctionInfo } from '../../shared/app-state.ts'
import { type FromFunctionHost, fromFunctionHostSchema, type ToFunctionHost } from '../../shared/function-host.ts'
import type { Logger } from '../logging.ts'
import { type Child, endChild, type SpawnChild } from './child.ts'

/** Receives the messages of a run; `ended` is the last one. */
export type RunListener = (message: Exclude<FromFunctionHost, { type: 'ready' }>) => void

interface Running {
  child: Child
  exited: Promise<unknown>
  ready: Promise<readonly FunctionInfo[] | undefined>
}

const readyLimitMs = 20_000
const stopLimitMs = 2_500

/** The process that hosts the built-in functions. When the process dies, its runs end as failed. */
export class FunctionHostProcess {
  readonly #options: FunctionHostOptions
  readonly #runs = new Map<string, RunListener>()
  #running: Running | undefined

  constructor(options: FunctionHostOptions) {
    this.#options = options
  }

  /** The functions of the process, which is started when it does not run; undefined when it does not start. */
  async functions(): Promise<readonly FunctionInfo[] | undefined> {
    this.#running ??= this.#start()
    return this.#running.ready
  }

  /** Starts a run; the listener receives its messages. */
  run(message: Extract<ToFunctionHost, { type: 'run' }>, listener: RunListener): void {
    this.#runs.set(message.runId, listener)
    this.#post(message)
  }

  /** Passes a newer session token to a run. */
  passToken(runId: string, token: string): void {
    if (this.#runs.has(runId)) this.#post({ type: 'sessionToken', runId, token })
  }

  /** Asks a run to stop. */
  stopRun(runId: string): void {
    if (this.#runs.has(runId)) this.#post({ type: 'stop', runId })
  }

  /** Ends the process and waits for its exit; kills it after 2.5 s. */
  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    this.#runs.clear()
    if (running) await endChild(running.child, running.exited, { type: 'close' }, stopLimitMs)
  }

  #post(message: ToFunctionHost): void {
    this.#running?.child.post(message)
  }

  #start(): Running {
    const { spawn, file, environment } = this.#options
    const child = spawn({ file, args: [], environment, name: 'Diagnostic functions' })
    // An unread pipe would block the process when it is full.
    child.onStdoutLine(() => undefined)
    child.onStderrLine(() => undefined)
    const exited = new Promise<number | null>((resolve) => child.onExit(resolve))
    const ready = new Promise<readonly FunctionInfo[] | undefined>((resolve) => {
      const timer = setTimeout(() => {
        resolve(undefined)
        child.kill()
      }, readyLimitMs)
      child.onMessage((message) =>
        this.#receive(message, (functions) => {
          clearTimeout(timer)
          resolve(functions)
        }),
      )
      void exited.then(() => {
        clearTimeout(timer)
        resolve(undefined)
      })
    })
    const running: Running = { child, exited, ready }
    void exited.then((code) => this.#onExit(running, code))
    return running
  }

  #receive(raw: unknown, onReady: (functions: readonly FunctionInfo[]) => void): void {
    const parsed = fromFunctionHostSchema.safeParse(raw)
    if (!parsed.success) {
      this.#options.logger.warn('the function host sent an invalid message')
      return
    }
    const message = parsed.data
    if (message.type === 'ready') {
      onReady(message.functions)
      return
    }
    const listener = this.#runs.get(message.runId)
    if (message.type === 'ended') this.#runs.delete(message.runId)
    listener?.(message)
  }

  #onExit(running: Running, code: number | null): void {
    if (this.#running !== running) return
    this.#running = undefined
    this.#options.logger.error('the function host ended by itself', { exitCode: code ?? -1 })
    const orphans = [...this.#runs]
    this.#runs.clear()
    for (const [runId, listener] of orphans) {
      listener({ type: 'ended', runId, outcome: 'failed', failureCode: 'function-failed' })
    }
  }
}

/** Dependencies of the function host. */
export interface FunctionHostOptions {
  readonly spawn: SpawnChild
  readonly file: string
  readonly environment: Readonly<Record<string, string>>
  readonly logger: Logger
}
