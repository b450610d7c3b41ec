import type { FunctionInfo } from '../../shared/app-state.ts'
import type { FunctionHost } from './function-runs.ts'

/**
 * The processes that host functions: one per job, so that a function of one car can neither slow nor reach that of another. A
 * spare one is started in advance.
 */
export class FunctionHosts {
  readonly #create: () => FunctionHost
  readonly #taken = new Set<FunctionHost>()
  #spare: FunctionHost | undefined

  constructor(create: () => FunctionHost) {
    this.#create = create
  }

  /** The functions that can be run; undefined when their process does not start. */
  functions(): Promise<readonly FunctionInfo[] | undefined> {
    this.#spare ??= this.#create()
    return this.#spare.functions()
  }

  /** A process for one job. */
  take(): FunctionHost {
    const host = this.#spare ?? this.#create()
    this.#spare = undefined
    this.#taken.add(host)
    return {
      functions: () => host.functions(),
      run: (message, listener) => host.run(message, listener),
      passToken: (runId, token) => host.passToken(runId, token),
      stopRun: (runId) => host.stopRun(runId),
      stop: async () => {
        if (this.#taken.delete(host)) await host.stop()
      },
    }
  }

  /** Ends all processes. */
  async stop(): Promise<void> {
    const all = [...this.#taken, ...(this.#spare ? [this.#spare] : [])]
    this.#taken.clear()
    this.#spare = undefined
    await Promise.all(all.map((host) => host.stop()))
  }
}
