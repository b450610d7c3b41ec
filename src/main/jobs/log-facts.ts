import type { Cancel, Clock } from '../../openobd/clock.ts'
import type { LogLine } from '../../shared/app-state.ts'
import type { FactOf, NewFact } from '../../shared/facts.ts'

type Line = FactOf<'function-logged'>['lines'][number]

/** Lines of one second; more are only counted. */
const linesPerSecond = 1000
const collectMs = 1000
const longestLine = 4_000

/** Collects the log lines of a session and records them once a second. */
export class LogFacts {
  readonly #session: string
  readonly #clock: Clock
  readonly #record: (fact: NewFact) => void
  #lines: Line[] = []
  #leftOut = 0
  #cancel: Cancel | undefined

  constructor(session: string, clock: Clock, record: (fact: NewFact) => void) {
    this.#session = session
    this.#clock = clock
    this.#record = record
  }

  /** Takes one line. */
  add({ at, level, content }: Pick<LogLine, 'at' | 'level' | 'content'>): void {
    if (this.#lines.length < linesPerSecond) this.#lines.push({ at, level, content: content.slice(0, longestLine) })
    else this.#leftOut += 1
    this.#cancel ??= this.#clock.after(collectMs, () => this.flush())
  }

  /** Records what was collected. */
  flush(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#lines.length === 0) return
    const lines = this.#lines
    const leftOut = this.#leftOut
    this.#lines = []
    this.#leftOut = 0
    this.#record({ kind: 'function-logged', actor: 'function', session: this.#session, lines, leftOut })
  }
}
