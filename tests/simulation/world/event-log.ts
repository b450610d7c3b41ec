import { createHash } from 'node:crypto'

/** What happened in a world, as lines; equal seeds give equal lines. */
export class EventLog {
  readonly #hash = createHash('sha256')
  readonly #isKept: boolean
  readonly #nowMs: () => number
  readonly lines: string[] = []
  count = 0

  constructor(nowMs: () => number, isKept: boolean) {
    this.#nowMs = nowMs
    this.#isKept = isKept
  }

  add(who: string, what: string): void {
    const line = `${timeText(this.#nowMs())} ${who.padEnd(12)} ${what}`
    this.#hash.update(line)
    this.count += 1
    if (this.#isKept) this.lines.push(line)
  }

  /** Identifies everything that was added so far. */
  digest(): string {
    return this.#hash.copy().digest('hex').slice(0, 16)
  }
}

/** Time of a world as hours, minutes, seconds and milliseconds. */
export function timeText(ms: number): string {
  const part = (value: number, digits: number) => String(Math.floor(value)).padStart(digits, '0')
  const seconds = ms / 1_000
  return `${part(seconds / 3_600, 2)}:${part((seconds / 60) % 60, 2)}:${part(seconds % 60, 2)}.${part(ms % 1_000, 3)}`
}
