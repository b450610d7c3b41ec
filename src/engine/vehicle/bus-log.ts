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

/** The newest frames in memory, for tests and for the viewer's curiosity. */
export class BusLogRing implements BusLog {
  readonly #capacity: number
  #entries: { bus: string; atMs: number; frame: CanFrame }[] = []
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

/** Bytes of text after which the file writer does not wait for the next tick. */
const flushAtCharacters = 64 * 1024

/** Writes every frame to a file in candump's log format; a failing disk is reported once and ends the log, never the car. */
export class BusLogFile implements BusLog {
  readonly #stream: WriteStream
  #waiting: string[] = []
  #characters = 0
  #isFlushPlanned = false
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
    const line = `${candumpLine(bus, atMs, frame)}\n`
    this.#waiting.push(line)
    this.#characters += line.length
    if (this.#characters >= flushAtCharacters) this.#flush()
    else if (!this.#isFlushPlanned) this.#planFlush()
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

  #planFlush() {
    this.#isFlushPlanned = true
    setImmediate(() => this.#flush())
  }

  #flush() {
    this.#isFlushPlanned = false
    if (this.#waiting.length === 0 || this.#hasFailed) return
    this.#stream.write(this.#waiting.join(''))
    this.#waiting = []
    this.#characters = 0
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
