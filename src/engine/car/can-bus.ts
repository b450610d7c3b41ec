import type { Clock } from '../../server/clock/clock.ts'
import type { BusLog } from './bus-log.ts'
import { bitsOnWire, type CanFrame, compareArbitration } from './can-frame.ts'
import { type FrameUse, FrameUses } from './frame-use.ts'

/**
 * How long frames take. `as-fast-as-possible` delivers them in the same turn of the event loop (order and arbitration as on
 * the wire, no waiting); `realistic` keeps the bus busy for each frame's bits at the bus's bit rate.
 */
export type BusTiming = 'as-fast-as-possible' | 'realistic'

/** A node on a bus. */
export interface CanNode {
  readonly name: string
  /** Whether the node belongs to a session or a foreign tool, not to the car. */
  readonly isAudience?: boolean
  frameReceived(frame: CanFrame): void
}

/** A node's connection to a bus. */
export interface CanPort {
  /** Queues a frame; `sent` is called when the frame is acknowledged on the wire, which may never happen. */
  send(frame: CanFrame, sent?: () => void): void
  /** Declares what the node uses an identifier for until the returned function is called. */
  declareUse(id: number, use: FrameUse): () => void
  /** A node in bus-off neither sends nor receives until it is switched back. */
  setBusOff(isBusOff: boolean): void
  detach(): void
}

/** A connection with its queue of frames to send. */
export interface CanBusPort extends CanPort {
  /** Whether this frame is queued and was not sent yet. */
  isWaiting(frame: CanFrame): boolean
}

/** One appearance of a frame on the wire, `delayMs` later than it should have been. */
export interface Delivery {
  readonly frame: CanFrame
  readonly delayMs: number
}

/**
 * Decides what happens to a frame: nothing (lost), one delivery, or several (duplicated, held back and released). Its use
 * is what its sender declares, else what any other node declares; unknown otherwise.
 */
export type FrameFault = (frame: CanFrame, sender: string, use?: FrameUse) => readonly Delivery[]

export interface CanBusOptions {
  /** Name in the bus log and for socketcand. */
  readonly label: string
  /** Bits per second. */
  readonly bitRate: number
  readonly clock: Clock
  readonly timing: BusTiming
  readonly log: BusLog
}

interface Outgoing {
  readonly frame: CanFrame
  readonly sent: (() => void) | undefined
}

interface Attached {
  readonly node: CanNode
  readonly queue: Outgoing[]
  readonly uses: FrameUses
  isBusOff: boolean
  isAttached: boolean
}

/** Frames after which the event loop gets a turn, so that a busy bus cannot block gRPC. */
const framesPerTurn = 2000

/** One physical CAN bus at frame level: every node hears every frame of the others, the lowest identifier goes first. */
export class CanBus {
  readonly label: string
  readonly bitRate: number
  readonly #clock: Clock
  readonly #timing: BusTiming
  readonly #log: BusLog
  readonly #nodes: Attached[] = []
  readonly #watchers = new Set<(isThere: boolean) => void>()
  #fault: FrameFault | undefined
  #isBusy = false

  constructor(options: CanBusOptions) {
    this.label = options.label
    this.bitRate = options.bitRate
    this.#clock = options.clock
    this.#timing = options.timing
    this.#log = options.log
  }

  /** Sets the frame faults of the bus; `undefined` removes them. */
  setFault(fault: FrameFault | undefined): void {
    this.#fault = fault
  }

  /** Reports whether anybody outside the car listens on the bus: at once if so, then after each change, until stopped. */
  watchAudience(watcher: (isThere: boolean) => void): () => void {
    this.#watchers.add(watcher)
    if (this.#hasAudience) watcher(true)
    return () => this.#watchers.delete(watcher)
  }

  /** Connects a node. It hears frames from now on, never its own. */
  attach(node: CanNode): CanBusPort {
    const attached: Attached = { node, queue: [], uses: new FrameUses(), isBusOff: false, isAttached: true }
    this.#changeNodes(() => this.#nodes.push(attached))
    return {
      send: (frame, sent) => {
        if (!attached.isAttached || attached.isBusOff) return
        attached.queue.push({ frame, sent })
        this.#start()
      },
      declareUse: (id, use) => attached.uses.add(id, use),
      isWaiting: (frame) => attached.queue.some((outgoing) => outgoing.frame === frame),
      setBusOff: (isBusOff) => {
        attached.isBusOff = isBusOff
        if (isBusOff) attached.queue.length = 0
      },
      detach: () => {
        attached.isAttached = false
        attached.queue.length = 0
        const index = this.#nodes.indexOf(attached)
        if (index >= 0) this.#changeNodes(() => this.#nodes.splice(index, 1))
      },
    }
  }

  get #hasAudience(): boolean {
    return this.#nodes.some(({ node }) => node.isAudience)
  }

  #changeNodes(change: () => void) {
    const before = this.#hasAudience
    change()
    const isThere = this.#hasAudience
    if (isThere !== before) for (const watcher of this.#watchers) watcher(isThere)
  }

  #start() {
    if (this.#isBusy) return
    this.#isBusy = true
    this.#clock.soon(() => this.#transmitNext())
  }

  #transmitNext() {
    for (let frames = 0; frames < framesPerTurn; frames += 1) {
      const winner = this.#arbitrate()
      if (!winner) {
        this.#isBusy = false
        return
      }
      if (this.#timing === 'realistic') {
        const frame = winner.queue[0]?.frame
        const wireMs = frame ? (bitsOnWire(frame) * 1000) / this.bitRate : 0
        this.#clock.after(wireMs, () => {
          this.#transmit(winner)
          this.#transmitNext()
        })
        return
      }
      this.#transmit(winner)
    }
    this.#clock.after(0, () => this.#transmitNext())
  }

  /** The node whose first waiting frame wins; equal identifiers go in order of attachment. */
  #arbitrate(): Attached | undefined {
    let winner: Attached | undefined
    let best: CanFrame | undefined
    for (const candidate of this.#nodes) {
      const first = candidate.queue[0]
      if (first && (!best || compareArbitration(first.frame, best) < 0)) {
        winner = candidate
        best = first.frame
      }
    }
    return winner
  }

  #transmit(sender: Attached) {
    const outgoing = sender.queue.shift()
    if (!outgoing || !this.#isHeardByOthers(sender)) return
    outgoing.sent?.()
    if (!this.#fault) {
      this.#deliver(outgoing.frame, sender)
      return
    }
    for (const delivery of this.#fault(outgoing.frame, sender.node.name, this.#whatItIs(outgoing.frame, sender))) {
      if (delivery.delayMs <= 0) this.#deliver(delivery.frame, sender)
      else this.#clock.after(delivery.delayMs, () => this.#deliver(delivery.frame, sender))
    }
  }

  #whatItIs(frame: CanFrame, sender: Attached): FrameUse | undefined {
    const own = sender.uses.of(frame)
    if (own) return own
    for (const { uses } of this.#nodes) {
      const use = uses.of(frame)
      if (use) return use
    }
    return undefined
  }

  /** A frame without acknowledgement is never reported as sent. */
  #isHeardByOthers(sender: Attached): boolean {
    return this.#nodes.some((other) => other !== sender && !other.isBusOff)
  }

  #deliver(frame: CanFrame, sender: Attached) {
    this.#log.frameSeen(this.label, this.#clock.now(), frame)
    for (const receiver of [...this.#nodes]) {
      if (receiver !== sender && receiver.isAttached && !receiver.isBusOff) receiver.node.frameReceived(frame)
    }
  }
}
