import type { Clock } from '../../../server/clock/clock.ts'
import type { BusLog } from '../bus-log.ts'

/** One byte as it ended on the line. */
export interface LineByte {
  readonly value: number
  /** Bits per second with which it was sent: a listener with another rate receives noise. */
  readonly baud: number
  /** When it began and ended, on the bus clock. */
  readonly startedAt: number
  readonly endedAt: number
}

/** A node on a K-line; a node does not receive its own bytes. */
export interface KlineNode {
  byteReceived(byte: LineByte): void
  /** The line was low for this long, longer than any byte could be. */
  pulseReceived(lowMs: number): void
}

/** A node's connection to a K-line. */
export interface KlinePort {
  /** Sends bytes with a pause between them; `sent` comes after the last. A line that is in use garbles both senders. */
  send(bytes: Uint8Array, timing: { baud: number; pauseMs: number }, sent: () => void): void
  /** Pulls the line low for some milliseconds. */
  pull(lowMs: number, released: () => void): void
  /** Milliseconds of rest since the last byte or pulse ended; 0 while the line is in use. */
  quietMs(): number
  /** When the last byte or pulse ended. */
  quietSince(): number
  detach(): void
}

interface Attached {
  readonly node: KlineNode
  isAttached: boolean
}

/** Bytes that a node sends in a row. */
interface Sending {
  readonly sender: Attached
  readonly bytes: Uint8Array
  readonly baud: number
  readonly pauseMs: number
  readonly sent: () => void
  /** The bytes that others could read so far, and when the last one ended. */
  readonly seen: (number | undefined)[]
  seenUntil: number
}

/** Start bit, eight data bits, stop bit. */
const bitsPerByte = 10

/** A single wire at byte level: every node receives the bytes of all others, with the real duration of bytes and pulses on the bus clock. */
export class KLine {
  readonly #clock: Clock
  readonly #label: string
  readonly #log: BusLog
  readonly #nodes: Attached[] = []
  #talking = 0
  #isGarbled = false
  #quietSince = Number.NEGATIVE_INFINITY

  /** `label` is the line's name in the bus log. */
  constructor(clock: Clock, label: string, log: BusLog) {
    this.#clock = clock
    this.#label = label
    this.#log = log
  }

  /** Connects a node; it receives what begins from now on. */
  attach(node: KlineNode): KlinePort {
    const attached: Attached = { node, isAttached: true }
    this.#nodes.push(attached)
    return {
      send: (bytes, timing, sent) => {
        const startedAt = this.#clock.now()
        this.#sendByte({ sender: attached, bytes, ...timing, sent, seen: [], seenUntil: startedAt }, startedAt)
      },
      pull: (lowMs, released) => this.#pull(attached, lowMs, released),
      quietMs: () => (this.#talking > 0 ? 0 : this.#clock.now() - this.#quietSince),
      quietSince: () => this.#quietSince,
      detach: () => {
        attached.isAttached = false
        const index = this.#nodes.indexOf(attached)
        if (index >= 0) this.#nodes.splice(index, 1)
      },
    }
  }

  /** `startedAt` is when the next byte is due: a late clock delays bytes, but keeps the intervals between them. */
  #sendByte(sending: Sending, startedAt: number) {
    const { sender, bytes, baud, seen } = sending
    const value = bytes[seen.length]
    if (!sender.isAttached || value === undefined) {
      this.#sendingEnded(sending)
      return
    }
    const endedAt = startedAt + (bitsPerByte * 1000) / baud
    this.#begin()
    this.#clock.after(endedAt - this.#clock.now(), () => {
      const isIntact = this.#end()
      seen.push(isIntact ? value : undefined)
      sending.seenUntil = endedAt
      if (isIntact) this.#tell(sender, (node) => node.byteReceived({ value, baud, startedAt, endedAt }))
      this.#sendNext(sending)
    })
  }

  #sendNext(sending: Sending) {
    const { bytes, pauseMs, seen, seenUntil } = sending
    if (seen.length === bytes.length || pauseMs <= 0) {
      this.#sendByte(sending, seenUntil)
      return
    }
    const startedAt = seenUntil + pauseMs
    this.#clock.after(Math.max(0, startedAt - this.#clock.now()), () => this.#sendByte(sending, startedAt))
  }

  #sendingEnded({ sender, baud, sent, seen, seenUntil }: Sending) {
    if (seen.length > 0) this.#log.lineEventSeen(this.#label, seenUntil, { kind: 'bytes', baud, values: seen })
    if (sender.isAttached) sent()
  }

  #pull(sender: Attached, lowMs: number, released: () => void) {
    const endsAt = this.#clock.now() + lowMs
    this.#begin()
    this.#clock.after(lowMs, () => {
      const isIntact = this.#end()
      this.#log.lineEventSeen(this.#label, endsAt, { kind: 'pulse', lowMs })
      if (isIntact && sender.isAttached) this.#tell(sender, (node) => node.pulseReceived(lowMs))
      released()
    })
  }

  #begin() {
    this.#talking += 1
    if (this.#talking > 1) this.#isGarbled = true
  }

  /** Whether the byte or pulse that ends here was alone on the line. */
  #end(): boolean {
    const wasGarbled = this.#isGarbled
    this.#talking -= 1
    if (this.#talking === 0) {
      this.#isGarbled = false
      this.#quietSince = this.#clock.now()
    }
    return !wasGarbled
  }

  #tell(sender: Attached, tell: (node: KlineNode) => void) {
    for (const receiver of [...this.#nodes]) {
      if (receiver !== sender && receiver.isAttached) tell(receiver.node)
    }
  }
}

/** A port that can be unplugged: then nothing passes in either direction, and the sender does not notice. */
export function pluggedPort(line: KLine, node: KlineNode, isConnected: () => boolean): KlinePort {
  const port = line.attach({
    byteReceived: (byte) => {
      if (isConnected()) node.byteReceived(byte)
    },
    pulseReceived: (lowMs) => {
      if (isConnected()) node.pulseReceived(lowMs)
    },
  })
  return {
    ...port,
    send: (bytes, timing, sent) => {
      if (isConnected()) port.send(bytes, timing, sent)
      else sent()
    },
    pull: (lowMs, released) => {
      if (isConnected()) port.pull(lowMs, released)
      else released()
    },
  }
}
