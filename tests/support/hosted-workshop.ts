import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createGateway, type RunningGateway } from '../../src/gateway/create-gateway.ts'
import { promptEvent } from '../../src/gateway/viewer-events.ts'
import { systemClock } from '../../src/openobd/clock.ts'
import type { CallOutcome } from '../../src/openobd/failure.ts'
import { type TrustedEndpoint, trustProfileEndpoint } from '../../src/openobd/grpc/endpoint.ts'
import { GrpcChannel } from '../../src/openobd/grpc/grpc-channel.ts'
import { workbenchV1 } from '../../src/openobd/grpc/protos.ts'
import { ContextMonitor, setArgument, startFunctionContext } from '../../src/openobd/session/function-contexts.ts'
import { SessionCalls } from '../../src/openobd/session/session-calls.ts'
import { SessionController } from '../../src/openobd/session/session-controller.ts'
import { authenticate, openSessionTokenStream } from '../../src/openobd/session/session-service.ts'
import { TokenKeeper } from '../../src/openobd/session/token-keeper.ts'
import { WorkshopViewer } from '../../src/openobd/session/workshop-viewer.ts'
import type { SessionToken } from '../../src/openobd/token.ts'
import { promptAnswerToWire } from '../../src/openobd/wire/prompt-answer.ts'
import type { SessionRecord } from '../../src/openobd/wire/session-record.ts'
import type { ShownPrompt } from '../../src/openobd/wire/shown-prompt.ts'
import { type WorkshopEvent, workshopEventFromWire } from '../../src/openobd/wire/workshop-event.ts'
import type { ToFunctionHost } from '../../src/shared/function-host.ts'
import { type FunctionTrouble, functionResultOf, functionVariables } from '../../src/shared/function-variables.ts'
import type { PromptChoice } from '../../src/shared/prompt.ts'
import type { ServiceResult } from '../../src/shared/service-result.ts'
import type { FunctionFinding } from '../../src/shared/session.ts'
import { FaultProxy } from '../contract/fault-proxy.ts'
import { EngineProcess } from './engine-process.ts'

/** How the scripted mechanic answers; undefined leaves the prompt alone. */
export type Mechanic = (prompt: ShownPrompt) => PromptChoice | undefined

/** A mechanic who says yes to everything and continues. */
export const agreeableMechanic: Mechanic = ({ screen: { control } }) => {
  if (control.kind === 'yesno') return { kind: 'yesno', yes: true }
  return control.kind === 'continue' ? { kind: 'continue' } : undefined
}

/** The value of an outcome; a failure fails the test. */
export function outcomeValue<T>(outcome: CallOutcome<T>): T {
  if (outcome.ok) return outcome.value
  throw new Error(`${outcome.failure.rpc}: ${outcome.failure.code} ${outcome.failure.detail ?? ''}`)
}

/** What came of a run, as main would see it. */
export interface RunOutcome {
  readonly result: ServiceResult | undefined
  readonly trouble: FunctionTrouble | undefined
}

/** A root that a test holds, as main does. */
export interface HeldRoot {
  readonly sessionId: string
  readonly token: SessionToken
  readonly calls: SessionCalls
}

const near = { clientId: 'near', clientSecret: 'near secret', clusterId: '001' }
const { responseSerialize, responseDeserialize } = workbenchV1.viewer.service.watchWorkshop
const { requestSerialize, requestDeserialize } = workbenchV1.viewer.service.answerPrompt

/**
 * A real engine, a gateway in front of it (behind a proxy that can fail), a scripted mechanic who answers the prompts that the gateway
 * keeps, and the real function host as a child process.
 */
export class HostedWorkshop {
  readonly engine: EngineProcess
  readonly proxy: FaultProxy
  readonly viewer: WorkshopViewer
  readonly controller: SessionController
  /** Events of the gateway's prompts, and of the engine's viewer. */
  readonly events: WorkshopEvent[] = []
  readonly findings: FunctionFinding[] = []
  readonly gateway: RunningGateway
  readonly #keepers: TokenKeeper[] = []
  readonly #endpoint: TrustedEndpoint
  #host: ChildProcess | undefined
  #hostOutput = ''
  #trouble: FunctionTrouble | undefined
  #waiting: (() => void)[] = []
  #contextId = ''
  mechanic: Mechanic = agreeableMechanic

  private constructor(engine: EngineProcess, proxy: FaultProxy, gateway: RunningGateway) {
    this.engine = engine
    this.proxy = proxy
    this.#endpoint = endpointAt(engine.ready.port)
    this.controller = new SessionController(new GrpcChannel(this.#endpoint), engine.ready, systemClock)
    this.viewer = new WorkshopViewer({
      controller: this.controller,
      clock: systemClock,
      random: Math.random,
      onEvent: (event) => this.#onEvent(event),
    })
    this.gateway = gateway
  }

  /** Starts engine, proxy and gateway, but no host. */
  static async openEngine(engineArguments: readonly string[] = []): Promise<HostedWorkshop> {
    const engine = await EngineProcess.start({ args: engineArguments })
    const proxy = new FaultProxy({ port: engine.ready.port })
    await proxy.listen()
    let workshop: HostedWorkshop | undefined
    const gateway = await createGateway(
      {
        upstream: { endpoint: endpointAt(proxy.port), credentials: () => engine.ready, clock: systemClock },
        credentials: near,
        logLevel: 'silent',
        onPrompt: (event) => {
          const told = workshopEventFromWire(responseDeserialize(responseSerialize(promptEvent(event))))
          if (workshop && told.kind !== 'session-updated') workshop.#onKept(told)
        },
        onResult: (_context, { key, value }) => {
          if (workshop) workshop.#onResult(key, value ?? '')
        },
        onContextEnded: () => {
          if (workshop) workshop.#wake()
        },
      },
      0,
    )
    workshop = new HostedWorkshop(engine, proxy, gateway)
    workshop.viewer.start()
    return workshop
  }

  /** Starts everything and waits until the host has offered its functions. */
  static async open(engineArguments: readonly string[] = []): Promise<HostedWorkshop> {
    const workshop = await HostedWorkshop.openEngine(engineArguments)
    workshop.gateway.gateway.broker.onChange(() => workshop.#wake())
    workshop.#startHost()
    const { host, port } = workshop.gateway
    workshop.tell({ type: 'offer', host, port, credentials: near })
    await workshop.until(() => workshop.gateway.gateway.broker.functions[0])
    return workshop
  }

  /** Everything that the host wrote to its outputs. */
  get hostOutput(): string {
    return this.#hostOutput
  }

  /** Starts a session on a ticket and claims it, as main does. */
  async claimSession(ticket = this.engine.ready.ticket): Promise<HeldRoot> {
    const info = outcomeValue(await this.controller.startSession({ kind: 'ticket', number: ticket }))
    if (!info.authenticationToken) throw new Error('The session came without an authentication token.')
    const { grpcChannel } = this.controller
    const token = outcomeValue(await authenticate(grpcChannel, info.authenticationToken))
    const keeper = new TokenKeeper(token, {
      clock: systemClock,
      random: Math.random,
      open: (newest) => openSessionTokenStream(grpcChannel, newest),
    })
    keeper.start()
    this.#keepers.push(keeper)
    return { sessionId: info.id, token, calls: new SessionCalls(grpcChannel, keeper) }
  }

  /** Runs a function of the host as a child of the root; resolves when its context has ended. */
  async run(functionId: string, { sessionId, calls }: HeldRoot): Promise<RunOutcome> {
    const context = outcomeValue(await startFunctionContext(calls))
    outcomeValue(await setArgument(calls, { key: functionVariables.language, value: 'en' }))
    const ended = Promise.withResolvers<ServiceResult | undefined>()
    const { grpcChannel } = this.controller
    const monitored = { grpcChannel, context, clock: systemClock, random: Math.random, onEnd: ended.resolve }
    const monitor = new ContextMonitor(monitored)
    monitor.start()
    const { gateway } = this.gateway
    this.#contextId = context.id
    const child = gateway.adopt({
      sessionId,
      contextId: context.id,
      createdAt: '',
      endpoint: endpointAt(this.proxy.port),
      authenticationToken: context.authenticationToken.reveal(),
    })
    await gateway.broker.handOver(child, functionId)
    const result = await ended.promise
    return { result, trouble: this.#trouble }
  }

  /** Stops the run, as main does. */
  async stop(sessionId: string): Promise<void> {
    const { gateway } = this.gateway
    const context = gateway.sessions.find(sessionId)?.contexts.get(this.#contextId)
    if (context) await gateway.finish(context)
  }

  /** Answers a prompt that the gateway keeps. */
  answer(promptId: string, choice: PromptChoice): void {
    const sent = requestSerialize(promptAnswerToWire(promptId, `answer-${promptId}`, choice))
    this.gateway.gateway.prompts.answer(requestDeserialize(sent))
  }

  /** Sends a message to the host. */
  tell(message: ToFunctionHost): void {
    this.#host?.send(message)
  }

  /** The first value that `find` returns for an event, received already or later. */
  async event<T>(find: (event: WorkshopEvent) => T | undefined): Promise<T> {
    return await this.until(() => {
      for (const event of this.events) {
        const found = find(event)
        if (found !== undefined) return found
      }
      return undefined
    })
  }

  /** Waits until `look` returns a value; calls it again after every event. */
  async until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      if (this.#host && this.#host.exitCode !== null) throw new Error(`The function host ended: ${this.#hostOutput}`)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** The engine's record of a session. */
  async record(sessionId: string): Promise<SessionRecord> {
    return outcomeValue(await this.viewer.getSessionRecord(sessionId))
  }

  /** Closes the host and waits for its exit code. */
  async closeHost(): Promise<number | null> {
    const host = this.#host
    if (!host) return null
    if (host.exitCode === null && host.connected) {
      const ended = once(host, 'exit')
      this.tell({ type: 'close' })
      await ended
    }
    return host.exitCode
  }

  /** Kills the host, as a crash would. */
  killHost(): void {
    this.#host?.kill('SIGKILL')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeHost()
    for (const keeper of this.#keepers) keeper.stop()
    this.viewer.stop()
    this.controller.grpcChannel.close()
    await this.gateway.stop()
    await this.proxy.close()
    await this.engine.stop()
  }

  #startHost(): void {
    const host = fork(join(import.meta.dirname, '../../src/functions/host.ts'), { stdio: 'pipe' })
    host.on('exit', () => this.#wake())
    for (const output of [host.stdout, host.stderr]) {
      output?.on('data', (chunk) => {
        this.#hostOutput += String(chunk)
      })
    }
    this.#host = host
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #onEvent(event: WorkshopEvent): void {
    this.events.push(event)
    this.#wake()
  }

  #onKept(event: WorkshopEvent): void {
    this.#onEvent(event)
    if (event.kind !== 'prompt-shown' || event.prompt.answeredAt !== undefined) return
    const choice = this.mechanic(event.prompt)
    if (choice) setImmediate(() => this.answer(event.prompt.id, choice))
  }

  #onResult(key: string, value: string): void {
    const result = functionResultOf(key, value)
    if (result.kind === 'finding') this.findings.push(result.finding)
    if (result.kind === 'failure') this.#trouble = result.failure
  }
}

const endpointAt = (port: number): TrustedEndpoint => outcomeValue(trustProfileEndpoint({ host: '127.0.0.1', port }))
