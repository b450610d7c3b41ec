/** Where a control unit is: a bus as the function named it, and its number there (CAN identifier, K-line or DoIP address). */
export interface ControlUnitAddress {
  readonly bus: string
  readonly id: number
}

/** A request that changes something in the car. */
export interface Write {
  readonly address: ControlUnitAddress
  readonly service: number
  /** Unix ms of the request. */
  readonly at: number
}

/**
 * Services that change the car: what a control unit has stored, what it does, or how it takes part in the bus (ISO 14229-1, ISO 14230-3,
 * SAE J1979). Only reading, or only preparing a change: sessions (10), security access (27), a read identifier that is defined on the fly
 * (2C), an upload from the control unit (35) and the end of a transfer (37).
 */
const writingServices: ReadonlySet<number> = new Set([
  0x04, 0x08, 0x11, 0x14, 0x28, 0x2e, 0x2f, 0x30, 0x31, 0x34, 0x36, 0x38, 0x3b, 0x3d, 0x85,
])
const negativeResponse = 0x7f
const responsePending = 0x78
const positiveOffset = 0x40

interface OpenWrite {
  readonly write: Write
  readonly number: number
  /** A control unit has refused it. Another one may still accept it, because a request may be for several. */
  isRefused: boolean
}

/** Writes of a context. One that nobody has answered counts, because it may have had its effect; one that was refused does not. */
export class Writes {
  /** The newest write per channel and service, until it has been answered. */
  readonly #open = new Map<string, OpenWrite>()
  #settled: OpenWrite | undefined
  #count = 0

  /** The newest write that was not refused. */
  get last(): Write | undefined {
    let newest = this.#settled
    for (const open of this.#open.values()) if (!open.isRefused && open.number > (newest?.number ?? 0)) newest = open
    return newest?.write
  }

  /** A request with this payload (hex) was sent on a channel. */
  requestSent(channel: string, address: ControlUnitAddress, payload: string, at: number): void {
    const service = byteAt(payload, 0)
    if (!writingServices.has(service)) return
    const key = keyOf(channel, service)
    this.#settle(key)
    this.#count += 1
    this.#open.set(key, { write: { address, service, at }, number: this.#count, isRefused: false })
  }

  /** An answer with this payload (hex) arrived on a channel. */
  replyArrived(channel: string, payload: string): void {
    const first = byteAt(payload, 0)
    if (first !== negativeResponse) {
      const key = keyOf(channel, first - positiveOffset)
      const open = this.#open.get(key)
      if (open !== undefined) open.isRefused = false
      this.#settle(key)
      return
    }
    const refused = this.#open.get(keyOf(channel, byteAt(payload, 1)))
    if (refused !== undefined && byteAt(payload, 2) !== responsePending) refused.isRefused = true
  }

  /** A channel does not exist any more. */
  channelClosed(channel: string): void {
    for (const service of writingServices) this.#settle(keyOf(channel, service))
  }

  #settle(key: string): void {
    const open = this.#open.get(key)
    if (open === undefined) return
    this.#open.delete(key)
    if (!open.isRefused && open.number > (this.#settled?.number ?? 0)) this.#settled = open
  }
}

const byteAt = (payload: string, index: number): number => Number.parseInt(payload.slice(index * 2, index * 2 + 2), 16)
const keyOf = (channel: string, service: number): string => `${channel} ${service}`
