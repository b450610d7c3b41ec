import type { TroubleCode } from '../file/uds-schema.ts'

/** Status of a trouble code right after clearing: not tested since then, not tested in this cycle (ISO 14229-1, D.2). */
const statusAfterClearing = 0x50
const bitConfirmed = 0x08
const bitPending = 0x04

/** A trouble code with its present status. */
export interface StoredCode {
  readonly description: TroubleCode
  /** Three bytes as one number. */
  readonly number: number
  status: number
  /** Whether snapshots and extended data of the code are stored; clearing takes them too. */
  hasRecords: boolean
  /** When it was cleared; undefined while it is stored. */
  clearedAt: number | undefined
}

/**
 * The fault memory of one ECU. Clearing empties it; a fault whose cause is still present is detected again in the next cycle, or
 * earlier when the file says so.
 */
export class FaultMemory {
  readonly codes: readonly StoredCode[]
  /** Switched off by service 0x85: no fault is detected. */
  isSettingOn = true
  /** Whether the emission monitors have run since the memory was cleared; true at the start of the engine. */
  hasMonitored = true
  readonly #now: () => number

  constructor(codes: readonly TroubleCode[], now: () => number) {
    this.#now = now
    this.codes = codes.map((description) => ({
      description,
      number: troubleCodeNumber(description.code),
      status: description.status,
      hasRecords: true,
      clearedAt: undefined,
    }))
  }

  /** Detects all due faults again; called before each request, so that no timer is needed. */
  settle(): void {
    if (!this.isSettingOn) return
    for (const code of this.codes) {
      const { isPresent, returnsAfterMs } = code.description
      if (!isPresent || returnsAfterMs === undefined || code.clearedAt === undefined) continue
      if (code.clearedAt + returnsAfterMs <= this.#now()) found(code)
    }
  }

  /** Codes with any of these status bits. */
  matching(mask: number): readonly StoredCode[] {
    return this.codes.filter(({ status }) => (status & mask) !== 0)
  }

  get confirmed(): readonly StoredCode[] {
    return this.matching(bitConfirmed)
  }

  get pending(): readonly StoredCode[] {
    return this.matching(bitPending)
  }

  /** Clears one code, or all of them; false when there is no such code. */
  clear(number: number | 'all'): boolean {
    const cleared = this.codes.filter((code) => number === 'all' || code.number === number)
    for (const code of cleared) {
      code.status = statusAfterClearing
      code.hasRecords = false
      code.clearedAt = this.#now()
    }
    if (number === 'all') this.hasMonitored = false
    return number === 'all' || cleared.length > 0
  }

  /** A new driving cycle: present causes are detected again, and the emission monitors run. */
  newCycle(): void {
    this.isSettingOn = true
    this.hasMonitored = true
    for (const code of this.codes) if (code.description.isPresent) found(code)
  }
}

function found(code: StoredCode): void {
  code.status = code.description.status
  code.hasRecords = true
  code.clearedAt = undefined
}

/** Three bytes of a code such as `P0171-00`: the letter and the first digit share the upper bits (SAE J2012). */
export function troubleCodeNumber(code: string): number {
  const letter = 'PCBU'.indexOf(code.charAt(0))
  const digits = Number.parseInt(code.slice(1, 5), 16)
  const failureType = Number.parseInt(code.slice(6) || '00', 16)
  return ((letter << 14) | digits) * 256 + failureType
}
