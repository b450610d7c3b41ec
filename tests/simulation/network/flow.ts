/** Messages after which a writer is asked to wait. */
const highWaterMark = 16
/** Messages that may be on the way or unread. */
const windowSize = 64

/** One direction of a stream, seen from its sender: counts what the peer has not read yet. */
export class OutgoingFlow {
  readonly #transmit: (bytes: Buffer) => void
  readonly #drained: () => void
  #unread = 0
  #isBlocked = false
  readonly #held: Buffer[] = []
  #whenEmpty: (() => void) | undefined

  constructor(transmit: (bytes: Buffer) => void, drained: () => void) {
    this.#transmit = transmit
    this.#drained = drained
  }

  /** Sends a message; false asks the caller to wait for `drained`. */
  write(bytes: Buffer): boolean {
    if (this.#unread >= windowSize) this.#held.push(bytes)
    else {
      this.#unread += 1
      this.#transmit(bytes)
    }
    this.#isBlocked = this.#unread + this.#held.length >= highWaterMark
    return !this.#isBlocked
  }

  /** Runs when everything has been sent. */
  afterAll(run: () => void): void {
    if (this.#held.length === 0) run()
    else this.#whenEmpty = run
  }

  /** The peer has read messages. */
  credit(count: number): void {
    this.#unread -= count
    while (this.#unread < windowSize) {
      const next = this.#held.shift()
      if (next === undefined) break
      this.#unread += 1
      this.#transmit(next)
    }
    if (this.#held.length === 0) {
      this.#whenEmpty?.()
      this.#whenEmpty = undefined
    }
    if (!this.#isBlocked || this.#unread + this.#held.length >= highWaterMark) return
    this.#isBlocked = false
    this.#drained()
  }
}

/** The other end of a direction: keeps messages until they are read, and gives credit for them. */
export class IncomingFlow {
  readonly #take: (bytes: Buffer) => void
  readonly #ended: () => void
  readonly #giveCredit: (count: number) => void
  readonly #waiting: Buffer[] = []
  #isFlowing = false
  #isRunning = false
  #isClosed = false
  #isEnded = false
  #read = 0

  constructor(take: (bytes: Buffer) => void, ended: () => void, giveCredit: (count: number) => void) {
    this.#take = take
    this.#ended = ended
    this.#giveCredit = giveCredit
  }

  get isDrained(): boolean {
    return this.#isEnded
  }

  receive(bytes: Buffer): void {
    if (this.#isClosed) return
    this.#waiting.push(bytes)
    this.#run()
  }

  /** Nothing more arrives. */
  close(): void {
    this.#isClosed = true
    this.#run()
  }

  resume(): void {
    this.#isFlowing = true
    this.#run()
  }

  pause(): void {
    this.#isFlowing = false
  }

  #run(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    while (this.#isFlowing) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      this.#count()
      this.#take(next)
    }
    this.#isRunning = false
    if (!this.#isClosed || this.#waiting.length > 0 || this.#isEnded || !this.#isFlowing) return
    this.#isEnded = true
    this.#ended()
  }

  #count(): void {
    this.#read += 1
    if (this.#read < highWaterMark / 2) return
    this.#giveCredit(this.#read)
    this.#read = 0
  }
}
