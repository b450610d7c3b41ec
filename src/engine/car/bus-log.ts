import { createWriteStream, openSync, rmSync, type WriteStream } from 'node:fs'
import { type CanFrame, idText, toHex } from './can-frame.ts'

/** One event on a K-line: a wake-up pulse, or bytes that one node sent in a row (undefined: garbled by another node). */
export type LineEvent =
  | { readonly kind: 'pulse'; readonly lowMs: number }
  | { readonly kind: 'bytes'; readonly baud: number; readonly values: readonly (number | undefined)[] }

/** Log of everything on the buses and K-lines. */
export interface BusLog {
  frameSeen(bus: string, atMs: number, frame: CanFrame): void
  /** `atMs` is when the pulse or the last byte ended. */
  lineEventSeen(line: string, atMs: number, event: LineEvent): void
}

/** A bus log that writes nothing. */
export const noBusLog: BusLog = { frameSeen: () => undefined, lineEventSeen: () => undefined }

const seconds = (atMs: number) => `(${(atMs / 1000).toFixed(6)})`

/** One line in the log format of candump: `(seconds.microseconds) bus id#data`. */
function candumpLine(bus: string, atMs: number, frame: CanFrame): string {
  return `${seconds(atMs)} ${bus} ${idText(frame)}#${toHex(frame.data)}`
}

/** `(seconds.microseconds) line baud bytes`, `??` for a garbled byte, or `(seconds.microseconds) line low milliseconds`. */
function klineLine(line: string, atMs: number, event: LineEvent): string {
  const start = `${seconds(atMs)} ${line}`
  if (event.kind === 'pulse') return `${start} low ${event.lowMs}`
  const bytes = event.values.map((value) => (value === undefined ? '??' : toHex(Uint8Array.of(value))))
  return `${start} ${event.baud} ${bytes.join('')}`
}

interface SeenFrame {
  readonly name: string
  readonly atMs: number
  readonly frame: CanFrame
}

interface SeenEvent {
  readonly name: string
  readonly atMs: number
  readonly event: LineEvent
}

function textOf(seen: SeenFrame | SeenEvent): string {
  return 'frame' in seen ? candumpLine(seen.name, seen.atMs, seen.frame) : klineLine(seen.name, seen.atMs, seen.event)
}

/** The newest frames and K-line events in memory, for tests. */
export class BusLogRing implements BusLog {
  readonly #capacity: number
  #entries: (SeenFrame | SeenEvent)[] = []
  #next = 0

  constructor(capacity = 4096) {
    this.#capacity = capacity
  }

  frameSeen(name: string, atMs: number, frame: CanFrame): void {
    this.#remember({ name, atMs, frame })
  }

  lineEventSeen(name: string, atMs: number, event: LineEvent): void {
    this.#remember({ name, atMs, event })
  }

  /** The stored events as lines of the log files, oldest first. */
  lines(): string[] {
    return [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)].map(textOf)
  }

  #remember(seen: SeenFrame | SeenEvent) {
    this.#entries[this.#next] = seen
    this.#next = (this.#next + 1) % this.#capacity
  }
}

/** Most lines in memory before they are written. */
const flushAtLines = 2000
/** Longest time in milliseconds that a line waits to be written. */
const flushAfterMs = 50

/** Error for a bus log that cannot be created; the message says what to do. */
export class BusLogError extends Error {}

/** A file of lines that are formatted and written in batches; a disk error ends it. */
class BatchedFile<Seen extends SeenFrame | SeenEvent> {
  readonly #path: string
  readonly #failed: (error: Error) => void
  #stream: WriteStream | undefined
  #waiting: Seen[] = []
  #flushTimer: NodeJS.Timeout | undefined
  #hasFailed = false

  constructor(path: string, failed: (error: Error) => void) {
    this.#path = path
    this.#failed = failed
  }

  /** Creates the file, or empties it. Throws when that is not possible. */
  create(): void {
    this.#follow(createWriteStream(this.#path, { fd: openSync(this.#path, 'w') }))
  }

  #follow(stream: WriteStream): WriteStream {
    stream.on('error', (error) => {
      this.#hasFailed = true
      this.#failed(error)
    })
    this.#stream = stream
    return stream
  }

  add(seen: Seen) {
    if (this.#hasFailed) return
    this.#waiting.push(seen)
    if (this.#waiting.length >= flushAtLines) this.#flush()
    else this.#flushTimer ??= setTimeout(() => this.#flush(), flushAfterMs)
  }

  /** Writes the remaining lines. */
  close(): Promise<void> {
    this.#flush()
    const stream = this.#stream
    if (!stream || this.#hasFailed) return Promise.resolve()
    return new Promise((resolve) => {
      stream.once('error', () => resolve())
      stream.end(() => resolve())
    })
  }

  #flush() {
    clearTimeout(this.#flushTimer)
    this.#flushTimer = undefined
    const lines = this.#waiting.splice(0).map((seen) => `${textOf(seen)}\n`)
    if (lines.length > 0 && !this.#hasFailed)
      (this.#stream ?? this.#follow(createWriteStream(this.#path))).write(lines.join(''))
  }
}

/** Name of the K-line file beside the frame file. */
const klineSuffix = '.kline'

/**
 * Writes every frame to a file in candump's log format, and what happens on K-lines to a second one beside it (`.kline`), which
 * exists only if something does: readers of candump logs stop at a line that is no frame. Lines are written in batches, so that
 * the log does not slow the buses down. A disk that fails later is reported once and ends the log, never the car.
 */
export class BusLogFile implements BusLog {
  readonly #frames: BatchedFile<SeenFrame>
  readonly #lineEvents: BatchedFile<SeenEvent>
  readonly #onFailure: (error: Error) => void
  #hasFailed = false

  /** Creates the file. Throws {@link BusLogError} when that is not possible. */
  constructor(path: string, onFailure: (error: Error) => void) {
    this.#onFailure = onFailure
    this.#frames = new BatchedFile(path, (error) => this.#failed(error))
    this.#lineEvents = new BatchedFile(`${path}${klineSuffix}`, (error) => this.#failed(error))
    try {
      this.#frames.create()
      rmSync(`${path}${klineSuffix}`, { force: true })
    } catch (error) {
      throw new BusLogError(`The bus log cannot be written (${(error as Error).message}); choose another file.`)
    }
  }

  frameSeen(name: string, atMs: number, frame: CanFrame): void {
    if (!this.#hasFailed) this.#frames.add({ name, atMs, frame })
  }

  lineEventSeen(name: string, atMs: number, event: LineEvent): void {
    if (!this.#hasFailed) this.#lineEvents.add({ name, atMs, event })
  }

  /** Writes the remaining lines and closes the files. */
  async close(): Promise<void> {
    await Promise.all([this.#frames.close(), this.#lineEvents.close()])
  }

  #failed(error: Error) {
    if (!this.#hasFailed) this.#onFailure(error)
    this.#hasFailed = true
  }
}

/** Writes to several logs at once. */
export function joinBusLogs(...logs: readonly BusLog[]): BusLog {
  return {
    frameSeen: (bus, atMs, frame) => {
      for (const log of logs) log.frameSeen(bus, atMs, frame)
    },
    lineEventSeen: (line, atMs, event) => {
      for (const log of logs) log.lineEventSeen(line, atMs, event)
    },
  }
}
