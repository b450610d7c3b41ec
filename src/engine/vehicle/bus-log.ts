import { createWriteStream, type WriteStream } from 'node:fs'
import { type CanFrame, idText, toHex } from './can-frame.ts'

/** Where frames are written down as they appear on a bus. */
export interface BusLog {
  frameSeen(bus: string, atMs: number, frame: CanFrame): void
}

/** One line in the log format of candump: `(seconds.microseconds) bus id#data`. */
export function candumpLine(bus: string, atMs: number, frame: CanFrame): string {
  return `(${(atMs / 1000).toFixed(6)}) ${bus} ${idText(frame)}#${toHex(frame.data)}`
}

interface SeenFrame {
  readonly bus: string
  readonly atMs: number
  readonly frame: CanFrame
}

/** The newest frames in memory, for tests and for the viewer's curiosity. */
export class BusLogRing implements BusLog {
  readonly #capacity: number
  #entries: SeenFrame[] = []
  #next = 0

  constructor(capacity = 4096) {
    this.#capacity = capacity
  }

  frameSeen(bus: string, atMs: number, frame: CanFrame): void {
    this.#entries[this.#next] = { bus, atMs, frame }
    this.#next = (this.#next + 1) % this.#capacity
  }

  /** The remembered frames as candump lines, oldest first. */
  lines(): string[] {
    const inOrder = [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)]
    return inOrder.map((entry) => candumpLine(entry.bus, entry.atMs, entry.frame))
  }
}

/** Frames that wait in memory before they are written. */
const flushAtFrames = 2000
/** Longest time in milliseconds that a frame waits to be written. */
const flushAfterMs = 50

/**
 * Writes every frame to a file in candump's log format. Frames are formatted and written in batches, so that the log does not
 * slow the bus down. A failing disk is reported once and ends the log, never the car.
 */
export class BusLogFile implements BusLog {
  readonly #stream: WriteStream
  #waiting: SeenFrame[] = []
  #flushTimer: NodeJS.Timeout | undefined
  #hasFailed = false

  constructor(path: string, onFailure: (error: Error) => void) {
    this.#stream = createWriteStream(path, { flags: 'w' })
    this.#stream.on('error', (error) => {
      if (!this.#hasFailed) onFailure(error)
      this.#hasFailed = true
    })
  }

  frameSeen(bus: string, atMs: number, frame: CanFrame): void {
    if (this.#hasFailed) return
    this.#waiting.push({ bus, atMs, frame })
    if (this.#waiting.length >= flushAtFrames) this.#flush()
    else this.#flushTimer ??= setTimeout(() => this.#flush(), flushAfterMs)
  }

  /** Writes what is left and closes the file. */
  close(): Promise<void> {
    this.#flush()
    if (this.#hasFailed) return Promise.resolve()
    return new Promise((resolve) => {
      this.#stream.once('error', () => resolve())
      this.#stream.end(() => resolve())
    })
  }

  #flush() {
    clearTimeout(this.#flushTimer)
    this.#flushTimer = undefined
    const lines = this.#waiting.splice(0).map(({ bus, atMs, frame }) => `${candumpLine(bus, atMs, frame)}\n`)
    if (lines.length > 0 && !this.#hasFailed) this.#stream.write(lines.join(''))
  }
}

/** Writes to several logs at once. */
export function joinBusLogs(...logs: readonly BusLog[]): BusLog {
  return {
    frameSeen: (bus, atMs, frame) => {
      for (const log of logs) log.frameSeen(bus, atMs, frame)
    },
  }
}
