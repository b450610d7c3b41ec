import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { EngineProcess } from '../../../tests/support/engine-process.ts'
import { systemClock } from '../../openobd/clock.ts'
import type { CallOutcome } from '../../openobd/failure.ts'
import { trustProfileEndpoint } from '../../openobd/grpc/endpoint.ts'
import { GrpcChannel } from '../../openobd/grpc/grpc-channel.ts'
import { SessionController } from '../../openobd/session/session-controller.ts'
import { authenticate } from '../../openobd/session/session-service.ts'
import { WorkshopViewer } from '../../openobd/session/workshop-viewer.ts'
import type { SessionToken } from '../../openobd/token.ts'
import type { SessionRecord } from '../../openobd/wire/session-record.ts'
import type { ShownPrompt } from '../../openobd/wire/shown-prompt.ts'
import type { WorkshopEvent } from '../../openobd/wire/workshop-event.ts'
import { type FromFunctionHost, fromFunctionHostSchema, type ToFunctionHost } from '../../shared/function-host.ts'
import type { PromptChoice } from '../../shared/prompt.ts'

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

/** A real engine, a viewer with a scripted mechanic, and the real function host as a child process. */
export class HostedWorkshop {
  readonly engine: EngineProcess
  readonly viewer: WorkshopViewer
  readonly controller: SessionController
  readonly events: WorkshopEvent[] = []
  readonly messages: FromFunctionHost[] = []
  #host: ChildProcess | undefined
  #hostOutput = ''
  #waiting: (() => void)[] = []
  mechanic: Mechanic = agreeableMechanic

  private constructor(engine: EngineProcess) {
    this.engine = engine
    const endpoint = outcomeValue(trustProfileEndpoint({ host: engine.ready.host, port: engine.ready.port }))
    this.controller = new SessionController(new GrpcChannel(endpoint), engine.ready, systemClock)
    this.viewer = new WorkshopViewer({
      controller: this.controller,
      clock: systemClock,
      random: Math.random,
      onEvent: (event) => this.#onEvent(event),
    })
  }

  /** Starts engine and viewer, but no host. */
  static async openEngine(engineArguments: readonly string[] = []): Promise<HostedWorkshop> {
    const workshop = new HostedWorkshop(await EngineProcess.start({ args: engineArguments }))
    workshop.viewer.start()
    return workshop
  }

  /** Starts everything and waits until the host accepts runs. */
  static async open(engineArguments: readonly string[] = []): Promise<HostedWorkshop> {
    const workshop = await HostedWorkshop.openEngine(engineArguments)
    workshop.#startHost()
    await workshop.message('ready')
    return workshop
  }

  /** Everything that the host wrote to its outputs. */
  get hostOutput(): string {
    return this.#hostOutput
  }

  /** Starts a session on a ticket and claims it. */
  async claimSession(ticket = this.engine.ready.ticket): Promise<{ sessionId: string; token: SessionToken }> {
    const info = outcomeValue(await this.controller.startSession({ kind: 'ticket', number: ticket }))
    if (!info.authenticationToken) throw new Error('The session came without an authentication token.')
    const token = outcomeValue(await authenticate(this.controller.grpcChannel, info.authenticationToken))
    return { sessionId: info.id, token }
  }

  /** Runs a function of the host in the claimed session. */
  run(functionId: string, token: SessionToken, port = this.engine.ready.port): void {
    const endpoint = { host: '127.0.0.1', port, secure: false }
    this.tell({ type: 'run', runId: 'run', functionId, endpoint, sessionToken: token.reveal(), language: 'en' })
  }

  /** Sends a message to the host. */
  tell(message: ToFunctionHost): void {
    this.#host?.send(message)
  }

  /** The first message of the given type, received already or later. */
  async message<T extends FromFunctionHost['type']>(type: T): Promise<Extract<FromFunctionHost, { type: T }>> {
    const isWanted = (message: FromFunctionHost): message is Extract<FromFunctionHost, { type: T }> =>
      message.type === type
    return await this.until(() => this.messages.find(isWanted))
  }

  /** The first value that `find` returns for an event of the workshop, received already or later. */
  async event<T>(find: (event: WorkshopEvent) => T | undefined): Promise<T> {
    return await this.until(() => {
      for (const event of this.events) {
        const found = find(event)
        if (found !== undefined) return found
      }
      return undefined
    })
  }

  /** Waits until `look` returns a value; calls it again after every message and event. */
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

  /** Closes the host by its pipe and waits for its exit code. */
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeHost()
    this.viewer.stop()
    this.controller.grpcChannel.close()
    await this.engine.stop()
  }

  #startHost(): void {
    const host = fork(join(import.meta.dirname, '../host.ts'), { stdio: 'pipe' })
    host.on('message', (message) => {
      this.messages.push(fromFunctionHostSchema.parse(message))
      this.#wake()
    })
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
    if (event.kind !== 'prompt-shown') return
    const choice = this.mechanic(event.prompt)
    if (choice) void this.viewer.answerPrompt(event.prompt.id, `answer-${event.prompt.id}`, choice)
  }
}
