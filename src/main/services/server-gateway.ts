import type { Clock } from '../../openobd/clock.ts'
import type { CallOutcome } from '../../openobd/failure.ts'
import { refused } from '../../openobd/failure.ts'
import { workbenchV1 } from '../../openobd/grpc/protos.ts'
import { type ContextToken, Token } from '../../openobd/token.ts'
import type { AnswerReceipt } from '../../openobd/wire/prompt-answer.ts'
import { answerReceiptFromWire, promptAnswerToWire } from '../../openobd/wire/prompt-answer.ts'
import { type WorkshopEvent, workshopEventFromWire } from '../../openobd/wire/workshop-event.ts'
import type { FunctionInfo } from '../../shared/app-state.ts'
import type { GatewayActivity, ToGateway } from '../../shared/gateway.ts'
import { fail, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { PromptChoice } from '../../shared/prompt.ts'
import type { FunctionHostProcess } from '../processes/function-host-process.ts'
import type { GatewayProcess, GatewayReady, GatewayReport, ServeMessage } from '../processes/gateway-process.ts'

const viewer = workbenchV1.viewer.service

/** A child of one of our roots, for the gateway. */
export type RunRequest = Omit<Extract<ToGateway, { type: 'run' }>, 'type' | 'request'>

/** A function context that the gateway forwards calls for, with the newest token with which it can be finished. */
export interface KnownContext {
  readonly sessionId: string
  readonly contextId: string
  readonly parentId: string
  readonly token: ContextToken
}

/** What is told about the contexts of one of our sessions. */
export interface ContextListener {
  result(contextId: string, key: string, value: string): void
  activity(contextId: string, activity: GatewayActivity): void
  /** The contexts of the session, or the tokens with which they are finished, have changed. */
  contextsChanged(): void
  ended(contextId: string): void
  /** The gateway has ended: nothing of its functions is forwarded any more. */
  gatewayDied(): void
}

/** Dependencies of the gateway of a server. */
export interface ServerGatewayOptions {
  readonly clock: Clock
  readonly createProcess: (
    serve: ServeMessage,
    events: { readonly onReport: (report: GatewayReport) => void; readonly onDied: () => void },
  ) => GatewayProcess
  readonly host: FunctionHostProcess
  /** The server to stand in front of; undefined while there is no connection. */
  readonly serve: () => ServeMessage | undefined
  readonly onSecret: (secret: string) => void
  readonly onFunctions: () => void
  /** A prompt or a log line of a function of a session that the gateway keeps. */
  readonly onEvent: (event: WorkshopEvent) => void
}

/** A confirmed stop takes at most 100 ms; a gateway that does not answer in this time, in ms, is ended. */
const stopLimitMs = 1_000
/** A gateway that died this often within a minute is not started again by itself. */
const mostDeaths = 5
const deathsWithinMs = 60_000

/** The gateway in front of one server, and the host of the built-in functions behind it. */
export class ServerGateway {
  readonly #options: ServerGatewayOptions
  readonly #contexts = new Map<string, KnownContext>()
  readonly #listeners = new Map<string, Set<ContextListener>>()
  /** The prompts that a gateway keeps or has kept, with its process; the newest last. */
  readonly #prompts = new Map<string, GatewayProcess>()
  #process: GatewayProcess | undefined
  #functions: readonly FunctionInfo[] = []
  #whenListed = Promise.withResolvers<void>()
  #deaths: number[] = []

  constructor(options: ServerGatewayOptions) {
    this.#options = options
  }

  /** The functions that hosts on this computer offer now. */
  get functions(): readonly FunctionInfo[] {
    return this.#functions
  }

  /** Starts the gateway when it does not run. Fails with `function-failed` when it does not start, and without a connection. */
  async start(): Promise<Outcome<GatewayReady>> {
    const ready = await this.#started()
    return ready ? succeeded(ready) : fail('function-failed')
  }

  /** The functions, after the gateway and the host have started; at most ten seconds. */
  async listed(): Promise<readonly FunctionInfo[]> {
    if (!(await this.start()).ok) return []
    await Promise.race([this.#whenListed.promise, this.#after(10_000)])
    return this.#functions
  }

  /** Hands a child of our root to the host of a function. */
  async run(request: RunRequest): Promise<Outcome<null>> {
    const started = await this.start()
    if (!started.ok) return started
    const process = this.#process
    const done = await process?.request({ type: 'run', ...request })
    return done?.isOk ? succeeded(null) : fail('function-failed', done?.detail ? { detail: done.detail } : {})
  }

  /**
   * Stops a context and everything below it: when this resolves, the gateway forwards nothing of it any more. A gateway that does not
   * confirm in time is ended, which has the same effect.
   */
  async stop(sessionId: string, contextId: string): Promise<void> {
    const process = this.#process
    if (!process) return
    const done = process.request({ type: 'stop', sessionId, contextId }).then(() => true)
    const isConfirmed = await Promise.race([done, this.#after(stopLimitMs).then(() => false)])
    if (!isConfirmed) await process.stop()
  }

  /** A session of ours has ended. */
  sessionOver(sessionId: string): void {
    this.#process?.post({ type: 'session-over', sessionId })
    for (const [key, context] of this.#contexts) if (context.sessionId === sessionId) this.#contexts.delete(key)
  }

  /** A context and everything below it that has not ended, the deepest first. */
  subtree(sessionId: string, contextId: string): readonly KnownContext[] {
    const own = this.#contexts.get(keyOf(sessionId, contextId))
    const children = [...this.#contexts.values()].filter(
      (context) => context.sessionId === sessionId && context.parentId === contextId && context.contextId !== contextId,
    )
    const below = children.reverse().flatMap((child) => this.subtree(sessionId, child.contextId))
    return own ? [...below, own] : below
  }

  /** Calls the listener for everything that happens in the contexts of a session; returns a function that stops it. */
  follow(sessionId: string, listener: ContextListener): () => void {
    const listeners = this.#listeners.get(sessionId) ?? new Set()
    this.#listeners.set(sessionId, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(sessionId)
    }
  }

  /** Whether the gateway keeps the prompt, so that it has to get the answer. */
  keeps(promptId: string): boolean {
    return this.#prompts.has(promptId)
  }

  /** Answers a prompt; repeating it with the same answer id is safe. A prompt of a gateway that has ended is withdrawn. */
  async answer(promptId: string, answerId: string, choice: PromptChoice): Promise<CallOutcome<AnswerReceipt>> {
    if (this.#prompts.get(promptId) !== this.#process) return succeeded(withdrawn)
    const answer = viewer.answerPrompt.requestSerialize(promptAnswerToWire(promptId, answerId, choice))
    const done = await this.#process?.request({ type: 'answer', answer: answer.toString('base64') })
    if (!done?.isOk || done.outcome === undefined) return refused('viewer/answerPrompt', 'connection-lost')
    return succeeded(answerReceiptFromWire({ outcome: done.outcome as 'ANSWER_ACCEPTED', detail: '' }))
  }

  /** The secret of the server was typed, or removed. */
  credentialsChanged(): void {
    const serve = this.#options.serve()
    if (serve) this.#process?.post({ type: 'credentials', credentials: serve.credentials })
  }

  /** Ends both processes. */
  async end(): Promise<void> {
    const process = this.#process
    this.#forget()
    await Promise.all([process?.stop(), this.#options.host.stop()])
  }

  async #started(): Promise<GatewayReady | undefined> {
    const running = this.#process
    if (running) return running.ready
    const serve = this.#options.serve()
    if (!serve) return undefined
    const process: GatewayProcess = this.#options.createProcess(serve, {
      onReport: (report) => {
        if (this.#process === process) this.#reported(report)
      },
      onDied: () => {
        if (this.#process === process) this.#died()
      },
    })
    this.#process = process
    const ready = await process.ready
    if (this.#process !== process) return undefined
    if (!ready) {
      this.#forget()
      await process.stop()
      return undefined
    }
    this.#options.onSecret(ready.credentials.clientSecret)
    const { host, port, credentials } = ready
    this.#options.host.offer({ host, port, credentials })
    return ready
  }

  #reported(report: GatewayReport): void {
    switch (report.type) {
      case 'functions':
        this.#functions = report.functions.filter(({ isOnline }) => isOnline).map(({ isOnline: _, ...info }) => info)
        if (this.#functions.length > 0) this.#whenListed.resolve()
        this.#options.onFunctions()
        return
      case 'token': {
        const { sessionId, contextId, parentId, kind, value } = report
        this.#options.onSecret(value)
        const token = new Token(kind, value) as ContextToken
        this.#contexts.set(keyOf(sessionId, contextId), { sessionId, contextId, parentId, token })
        this.#tell(sessionId, (listener) => listener.contextsChanged())
        return
      }
      case 'context-ended':
        this.#contexts.delete(keyOf(report.sessionId, report.contextId))
        this.#tell(report.sessionId, (listener) => {
          listener.ended(report.contextId)
          listener.contextsChanged()
        })
        return
      case 'events':
        for (const event of report.events) this.#event(Buffer.from(event, 'base64'))
        return
      case 'result':
        this.#tell(report.sessionId, (listener) => listener.result(report.contextId, report.key, report.value))
        return
      case 'activity':
        this.#tell(report.sessionId, (listener) => listener.activity(report.contextId, report))
    }
  }

  #event(bytes: Buffer): void {
    const event = workshopEventFromWire(viewer.watchWorkshop.responseDeserialize(bytes))
    if (event.kind === 'session-updated') return
    if (event.kind === 'prompt-shown') this.#remember(event.prompt.id)
    this.#options.onEvent(event)
  }

  #remember(promptId: string): void {
    if (!this.#process) return
    this.#prompts.set(promptId, this.#process)
    const [oldest] = this.#prompts.keys()
    if (this.#prompts.size > rememberedPrompts && oldest !== undefined) this.#prompts.delete(oldest)
  }

  #tell(sessionId: string, tell: (listener: ContextListener) => void): void {
    for (const listener of [...(this.#listeners.get(sessionId) ?? [])]) tell(listener)
  }

  /** Functions of a gateway that died cannot reach the server any more; a new one starts at once. */
  #died(): void {
    for (const promptId of [...this.#prompts.keys()])
      this.#options.onEvent({ kind: 'prompt-ended', end: { promptId, reason: 'withdrawn' } })
    this.#forget()
    for (const listeners of [...this.#listeners.values()]) for (const listener of [...listeners]) listener.gatewayDied()
    const now = this.#options.clock.monotonicMs()
    this.#deaths = [...this.#deaths.filter((at) => now - at < deathsWithinMs), now]
    if (this.#deaths.length <= mostDeaths) void this.start()
  }

  /** Contexts stay known: main finishes them although the gateway is gone. */
  #forget(): void {
    this.#process = undefined
    this.#functions = []
    this.#whenListed = Promise.withResolvers<void>()
    this.#options.onFunctions()
  }

  #after(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#options.clock.after(ms, resolve))
  }
}

/** More prompts than can be on display and under way at a time. */
const rememberedPrompts = 2_000
const withdrawn: AnswerReceipt = { outcome: 'withdrawn', detail: 'the gateway has ended' }
const keyOf = (sessionId: string, contextId: string): string => `${sessionId} ${contextId}`
