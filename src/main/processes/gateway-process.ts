import { type FromGateway, fromGatewaySchema, type ToGateway } from '../../shared/gateway.ts'
import type { Logger } from '../logging.ts'
import { type Child, endChild, type SpawnChild } from './child.ts'

/** A message of the gateway's process that is not about its start. */
export type GatewayReport = Exclude<FromGateway, { type: 'ready' | 'failed' | 'done' }>
/** What a gateway needs to serve. */
export type ServeMessage = Extract<ToGateway, { type: 'serve' }>
/** Address of a gateway, and credentials of its clients. */
export type GatewayReady = Omit<Extract<FromGateway, { type: 'ready' }>, 'type'>
type Done = Extract<FromGateway, { type: 'done' }>
type Request = Extract<ToGateway, { request: number }>
type WithoutNumber<T> = T extends unknown ? Omit<T, 'request'> : never

/** Dependencies of the process. */
export interface GatewayProcessOptions {
  readonly spawn: SpawnChild
  readonly file: string
  readonly environment: Readonly<Record<string, string>>
  readonly logger: Logger
  readonly onReport: (report: GatewayReport) => void
  /** The process ended without a request; every request without an answer has failed. */
  readonly onDied: () => void
}

const readyLimitMs = 20_000
const stopLimitMs = 2_500

/** One gateway in a process of its own. */
export class GatewayProcess {
  readonly #options: GatewayProcessOptions
  readonly #child: Child
  readonly #exited: Promise<number | null>
  readonly #pending = new Map<number, (done: Done) => void>()
  readonly #ready = Promise.withResolvers<GatewayReady | undefined>()
  #requests = 0
  #isStopping = false

  constructor(options: GatewayProcessOptions, serve: ServeMessage) {
    this.#options = options
    const { spawn, file, environment } = options
    this.#child = spawn({ file, args: [], environment, name: 'openOBD gateway' })
    // An unread pipe would block the process when it is full.
    this.#child.onStdoutLine(() => undefined)
    this.#child.onStderrLine((line) => options.logger.warn('the gateway reports', { reason: line }))
    this.#exited = new Promise((resolve) => this.#child.onExit(resolve))
    this.#child.onMessage((message) => this.#receive(message))
    this.#child.post(serve)
    const limit = setTimeout(() => this.#ready.resolve(undefined), readyLimitMs)
    void this.#ready.promise.then(() => clearTimeout(limit))
    void this.#exited.then((code) => this.#onExit(code))
  }

  /** Resolves when the gateway listens; with undefined when it does not start within 20 s. */
  get ready(): Promise<GatewayReady | undefined> {
    return this.#ready.promise
  }

  /** Sends a request; resolves with its answer. A gateway that ends answers nothing: the request has then failed. */
  request(message: WithoutNumber<Request>): Promise<Done> {
    this.#requests += 1
    const request = this.#requests
    return new Promise((resolve) => {
      this.#pending.set(request, resolve)
      this.#child.post({ ...message, request })
    })
  }

  /** Sends a message that has no answer. */
  post(message: Exclude<ToGateway, Request>): void {
    this.#child.post(message)
  }

  /** Ends the process and waits for its exit; kills it after 2.5 s. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await endChild(this.#child, this.#exited, { type: 'stop-process' }, stopLimitMs)
  }

  #receive(raw: unknown): void {
    const { data: message } = fromGatewaySchema.safeParse(raw)
    if (message === undefined) {
      this.#options.logger.warn('the gateway sent an invalid message')
      return
    }
    switch (message.type) {
      case 'ready':
        this.#ready.resolve(message)
        return
      case 'failed':
        this.#options.logger.error('the gateway did not start', { reason: message.reason })
        this.#ready.resolve(undefined)
        return
      case 'done':
        this.#pending.get(message.request)?.(message)
        this.#pending.delete(message.request)
        return
      default:
        this.#options.onReport(message)
    }
  }

  #onExit(code: number | null): void {
    this.#ready.resolve(undefined)
    for (const [request, settle] of this.#pending)
      settle({ type: 'done', request, isOk: false, detail: 'The gateway has ended.' })
    this.#pending.clear()
    if (this.#isStopping) return
    this.#options.logger.error('the gateway ended by itself', { exitCode: code ?? -1 })
    this.#options.onDied()
  }
}
