import type { SendOutcome, StreamEnd } from '../grpc/grpc-stream.ts'

/** A stream in both directions whose other side is a test; it takes the place of a `GrpcStream`. */
export class FakeDuplex<Request, Response> {
  /** Messages that were sent, in order. */
  readonly sent: Request[] = []
  readonly ended: Promise<StreamEnd>
  isOver = false
  stops = 0
  /** Outcome of the next sends. */
  sendOutcome: SendOutcome = 'sent'
  #consume: (message: Response) => unknown = () => undefined
  #resolve: (end: StreamEnd) => void = () => undefined

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  send(message: Request): SendOutcome {
    if (this.isOver) return 'over'
    if (this.sendOutcome === 'sent' || this.sendOutcome === 'queued') this.sent.push(message)
    return this.sendOutcome
  }

  onMessage(consume: (message: Response) => unknown): void {
    this.#consume = consume
  }

  stop(): void {
    this.stops += 1
    this.finish({ kind: 'stopped' })
  }

  /** Delivers a message of the other side, also late ones. */
  say(message: Response): void {
    this.#consume(message)
  }

  /** Ends the stream. */
  finish(end: StreamEnd): void {
    this.isOver = true
    this.#resolve(end)
  }
}
