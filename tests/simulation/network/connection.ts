import { type Metadata, status } from '@grpc/grpc-js'
import type { SeededRandom } from '../time/random.ts'
import type { Scheduler, SimProcess } from '../time/scheduler.ts'
import type { ClientCall } from './client-call.ts'
import type { Link } from './link.ts'
import type { MemoryServer } from './memory-server.ts'
import type { ServerCall } from './server-call.ts'

/** Time after which a side notices a dead connection by its keepalive, in ms: least and most. */
const keepalive = { client: [10_000, 40_000], server: [20_000, 80_000] } as const
const lostTexts = ['Connection dropped', 'read ECONNRESET'] as const

/** Both ends of a connection. */
export interface Ends {
  readonly scheduler: Scheduler
  readonly random: SeededRandom
  readonly link: Link
  readonly client: SimProcess
  readonly server: MemoryServer
}

/** One connection: ordered in each direction, with the latency of its link, until one side ends it. */
export class Connection {
  readonly ends: Ends
  readonly #clientCalls = new Map<number, ClientCall>()
  readonly #serverCalls = new Map<number, ServerCall>()
  readonly #lastMs = { client: 0, server: 0 }
  readonly #parked: { to: 'client' | 'server'; run: () => void }[] = []
  readonly #onClosed: () => void
  #nextCall = 1
  #isClientOpen = true
  #isServerOpen = true

  constructor(ends: Ends, onClosed: () => void) {
    this.ends = ends
    this.#onClosed = onClosed
    ends.link.connections.add(this)
    ends.server.connections.add(this)
  }

  get isOpen(): boolean {
    return this.#isClientOpen
  }

  get isIdle(): boolean {
    return this.#clientCalls.size === 0
  }

  /** Starts a call; returns its number. */
  begin(client: ClientCall, path: string, metadata: Metadata, request: Buffer | undefined): number {
    const id = this.#nextCall++
    this.#clientCalls.set(id, client)
    this.send('server', () => {
      const loss = this.ends.server.lossOf(path)
      if (loss?.part === 'request') {
        this.reset()
        loss.then()
        return
      }
      this.ends.server.accept(this, id, path, metadata, request)
      if (loss?.part !== 'reply') return
      this.reset()
      loss.then()
    })
    return id
  }

  /** Runs something on the other side. */
  send(to: 'client' | 'server', run: () => void): void {
    if (!this.#isClientOpen || !this.#isServerOpen) return
    if (this.ends.link.isBlackHole) this.#parked.push({ to, run })
    else this.#schedule(to, run, 0)
  }

  /** Runs something at the server's half of a call. */
  toServerCall(id: number, act: (call: ServerCall) => void): void {
    this.send('server', () => {
      const call = this.#serverCalls.get(id)
      if (call) act(call)
    })
  }

  /** Runs something at the client's half of a call. */
  toClientCall(id: number, act: (call: ClientCall) => void): void {
    this.send('client', () => {
      const call = this.#clientCalls.get(id)
      if (call) act(call)
    })
  }

  /** A call is over for the client. */
  clientDone(id: number): void {
    this.#clientCalls.delete(id)
  }

  /** The server serves a call. */
  serverBegan(id: number, call: ServerCall): void {
    this.#serverCalls.set(id, call)
  }

  /** A call is over for the server. */
  serverDone(id: number): void {
    this.#serverCalls.delete(id)
  }

  /** The black hole on the way is over: what was sent arrives after a retransmission. */
  release(): void {
    const extraMs = this.ends.random.between(50, 900)
    for (const { to, run } of this.#parked.splice(0)) this.#schedule(to, run, extraMs)
  }

  /** Both sides notice the black hole by their keepalive, unless it heals before. */
  expectTimeout(): void {
    const { scheduler, random, client, server } = this.ends
    const { link } = this.ends
    const wait = ([least, most]: readonly [number, number]) => random.between(least, most)
    const began = link.blackHoles
    const isSame = () => link.isBlackHole && link.blackHoles === began
    scheduler.timer(wait(keepalive.client), () => isSame() && this.dropClient(), client)
    scheduler.timer(wait(keepalive.server), () => isSame() && this.dropServer(), server.process)
  }

  /** A reset: what is on the way is lost, and both sides notice. */
  reset(): void {
    if (!this.#isClientOpen && !this.#isServerOpen) return
    const { scheduler, link, client, server } = this.ends
    link.noteOutage(0)
    this.#parked.length = 0
    const wasClientOpen = this.#isClientOpen
    this.#isServerOpen = false
    this.#leave()
    if (wasClientOpen) scheduler.deliver(link.nextLatencyMs(), client, () => this.dropClient())
    scheduler.deliver(0, server.process, () => this.#cancelServerCalls())
  }

  /** The client's side ends: every call fails. */
  dropClient(): void {
    if (!this.#isClientOpen) return
    this.#isClientOpen = false
    this.ends.link.noteOutage(0)
    const details = this.ends.random.pick(lostTexts)
    for (const call of [...this.#clientCalls.values()]) call.settle({ code: status.UNAVAILABLE, details })
    this.#onClosed()
    if (!this.#isServerOpen) this.#leave()
    else if (this.ends.link.isBlackHole) void this.ends.link.healed.then(() => this.#tellServer())
    else this.#tellServer()
  }

  /** The client has closed: its reset arrives. */
  #tellServer(): void {
    const { scheduler, link, server } = this.ends
    scheduler.deliver(link.nextLatencyMs(), server.process, () => this.dropServer())
  }

  /** The server's side ends: every call is cancelled. */
  dropServer(): void {
    if (!this.#isServerOpen) return
    this.#isServerOpen = false
    this.#cancelServerCalls()
    if (!this.#isClientOpen) this.#leave()
    else if (this.ends.link.isBlackHole) void this.ends.link.healed.then(() => this.#tellClient())
    else this.#tellClient()
  }

  /** The server has closed: its reset arrives, or answers the next message. */
  #tellClient(): void {
    const { scheduler, link, client } = this.ends
    scheduler.deliver(link.nextLatencyMs(), client, () => this.dropClient())
  }

  #cancelServerCalls(): void {
    for (const call of [...this.#serverCalls.values()]) call.cancelled()
  }

  #leave(): void {
    this.ends.link.connections.delete(this)
    this.ends.server.connections.delete(this)
  }

  #schedule(to: 'client' | 'server', run: () => void, extraMs: number): void {
    const { scheduler, link, client, server } = this.ends
    const dueMs = Math.max(this.#lastMs[to], scheduler.nowMs + link.nextLatencyMs() + extraMs)
    this.#lastMs[to] = dueMs
    scheduler.deliver(dueMs - scheduler.nowMs, to === 'client' ? client : server.process, () => {
      if (to === 'client' ? this.#isClientOpen && this.#isServerOpen : this.#isServerOpen) run()
    })
  }
}
