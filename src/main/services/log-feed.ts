import type { z } from 'zod'
import type { Clock } from '../../openobd/clock.ts'
import { type LogLine, logLineSchema } from '../../shared/app-state.ts'
import type { EventPayload } from '../../shared/ipc/contract.ts'
import { acknowledgeTimeoutMs, maximumUnseen } from './page-pace.ts'

const keptLines = 2000
/**
 * The page gets at most 100 lines ten times a second, whatever arrives: more cannot be read, and laying them out costs memory. A
 * burst is spread over the next second.
 */
const sendEveryMs = 100
const linesAtOnce = 100
const mostUnsentLines = 1000
/** Longer lines are cut at this many characters, which is as much as a page can lay out at once. */
const longestLine = 16_384

/** Dependencies of the log feed. */
export interface LogFeedOptions {
  readonly clock: Clock
  readonly send: (payload: EventPayload<'logAppended'>) => void
  /** Removes what must not leave main. */
  readonly clean: <T>(value: T) => T
  /** A line does not fit the contract and is left out. */
  readonly onUnusable: (error: z.ZodError) => void
}

/** The log of the window: the last 2,000 lines, and the stream of new ones, which never overruns the page. */
export class LogFeed {
  readonly #options: LogFeedOptions
  #kept: LogLine[] = []
  #nextSequence = 1
  #unsent: LogLine[] = []
  #dropped = 0
  #sentAt = Number.NEGATIVE_INFINITY
  #hasTimer = false
  /** Last line of each event that the page has not drawn. */
  #unseen: number[] = []

  constructor(options: LogFeedOptions) {
    this.#options = options
  }

  /** Appends a line; beyond 1,000 unsent lines the oldest ones are dropped and counted. */
  add(line: Omit<LogLine, 'sequence'>): void {
    const { clean, onUnusable } = this.#options
    const cut = line.content.length - longestLine
    const short = cut > 0 ? { ...line, content: line.content.slice(0, longestLine), cut } : line
    const parsed = logLineSchema.safeParse(clean({ ...short, sequence: this.#nextSequence }))
    if (!parsed.success) {
      onUnusable(parsed.error)
      return
    }
    this.#nextSequence += 1
    this.#kept.push(parsed.data)
    if (this.#kept.length > keptLines * 1.25) this.#kept = this.#kept.slice(-keptLines)
    this.#unsent.push(parsed.data)
    if (this.#unsent.length > mostUnsentLines * 1.25) this.#dropOldest()
    this.#queue()
  }

  /** The page has drawn everything up to this line. */
  acknowledged(sequence: number): void {
    this.#unseen = this.#unseen.filter((last) => last > sequence)
    this.#queue()
  }

  /** All kept lines, for a page that has just loaded: it draws them before anything else, so that it is up to date. */
  snapshot(): LogLine[] {
    this.#unseen = []
    this.#unsent = []
    return this.#kept.slice(-keptLines)
  }

  #queue(): void {
    if (this.#unsent.length === 0 || this.#hasTimer) return
    this.#hasTimer = true
    this.#options.clock.after(sendEveryMs, () => {
      this.#hasTimer = false
      this.#flush()
      this.#queue()
    })
  }

  #dropOldest(): void {
    this.#dropped += this.#unsent.length - mostUnsentLines
    this.#unsent = this.#unsent.slice(-mostUnsentLines)
  }

  #flush(): void {
    if (this.#unsent.length === 0) return
    const { clock, send } = this.#options
    const isOverdue = clock.monotonicMs() - this.#sentAt >= acknowledgeTimeoutMs
    if (this.#unseen.length >= maximumUnseen && !isOverdue) return
    if (this.#unsent.length > mostUnsentLines) this.#dropOldest()
    const lines = this.#unsent.slice(0, linesAtOnce)
    const dropped = this.#dropped
    this.#unsent = this.#unsent.slice(linesAtOnce)
    this.#dropped = 0
    this.#sentAt = clock.monotonicMs()
    this.#unseen.push(lines.at(-1)?.sequence ?? 0)
    send({ lines, dropped })
  }
}
