import type { LogLevel__Output } from '../../openobd/generated/types/openOBD/v1/LogLevel.ts'
import type { Clock } from '../../server/clock/clock.ts'
import type { DiagnosticSession } from '../session/diagnostic-session.ts'
import type { FunctionContext } from '../session/function-context.ts'

/** One line that a function wrote to the ScriptLog. */
export interface ScriptLogLine {
  readonly session: DiagnosticSession
  readonly context: FunctionContext
  /** Unix ms of the session clock. */
  readonly at: number
  readonly level: LogLevel__Output
  readonly content: string
}

/** Passes ScriptLog lines to viewers; nothing is stored. */
export class ScriptLog {
  readonly #clock: Clock
  readonly #listeners = new Set<(line: ScriptLogLine) => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  onLine(listener: (line: ScriptLogLine) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  write(session: DiagnosticSession, context: FunctionContext, level: LogLevel__Output, content: string): void {
    const line = { session, context, at: this.#clock.now(), level, content }
    for (const listener of this.#listeners) listener(line)
  }
}
