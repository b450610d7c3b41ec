import type { LogLevel__Output } from '../../openobd/generated/types/openOBD/v1/LogLevel.ts'
import type { ScriptLogLine } from '../../openobd/generated/types/workbench/v1/ScriptLogLine.ts'
import type { Clock } from '../clock/clock.ts'

/** Whose line it is; the context is empty for the root context. */
export interface LogOwner {
  readonly sessionId: string
  readonly contextId: string
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

  write({ sessionId, contextId }: LogOwner, level: LogLevel__Output, content: string): void {
    const at = Math.floor(this.#clock.now())
    const line = { session_id: sessionId, context_id: contextId, at, level, content }
    for (const listener of this.#listeners) listener(line)
  }
}
