import type { Clock } from '../openobd/clock.ts'
import { type TrustedEndpoint, trustProfileEndpoint } from '../openobd/grpc/endpoint.ts'
import { workbenchV1 } from '../openobd/grpc/protos.ts'
import { clusterId, randomPartner } from '../server/credentials.ts'
import { type FromGateway, type GatewayEndpoint, type ToGateway, toGatewaySchema } from '../shared/gateway.ts'
import type { GatewayOptions, RunningGateway } from './create-gateway.ts'
import { GatewayReporter } from './gateway-reporter.ts'

type Request = Extract<ToGateway, { request: number }>

const { requestDeserialize } = workbenchV1.viewer.service.answerPrompt

/** What the process needs of its surroundings. */
export interface GatewayProcessSetup {
  readonly clock: Clock
  readonly post: (message: FromGateway) => void
  readonly exit: () => void
  /** Makes a gateway that listens. */
  readonly listen: (options: GatewayOptions) => Promise<RunningGateway>
}

/** Carries out the commands of main. */
export class GatewayProcess {
  readonly #setup: GatewayProcessSetup
  readonly #reporter: GatewayReporter
  #running: RunningGateway | undefined
  #credentials: Extract<ToGateway, { type: 'serve' }>['credentials'] = null

  constructor(setup: GatewayProcessSetup) {
    this.#setup = setup
    this.#reporter = new GatewayReporter(setup.clock, setup.post)
  }

  /** Handles one message; one that does not match the schema is ignored, because it may hold a secret that must not be logged. */
  async receive(raw: unknown): Promise<void> {
    const { data: message } = toGatewaySchema.safeParse(raw)
    if (message === undefined) return
    if (message.type === 'serve') await this.#serve(message)
    else if (message.type === 'credentials') this.#credentials = message.credentials
    else if (message.type === 'session-over') this.#sessionOver(message.sessionId)
    else if (message.type === 'stop-process') await this.#stop()
    else await this.#answer(message)
  }

  async #serve(message: Extract<ToGateway, { type: 'serve' }>): Promise<void> {
    this.#credentials = message.credentials
    const endpoint = trusted(message.endpoint)
    if (endpoint === undefined || this.#running !== undefined) return
    const credentials = { ...randomPartner(), clusterId }
    const options: GatewayOptions = {
      upstream: {
        endpoint,
        credentials: () => this.#credentials ?? undefined,
        route: message.route,
        clock: this.#setup.clock,
      },
      credentials,
      logLevel: 'warn',
      ...this.#reporter.reports(() => this.#running?.gateway),
    }
    try {
      this.#running = await this.#setup.listen(options)
    } catch (error) {
      this.#setup.post({ type: 'failed', reason: error instanceof Error ? error.message : String(error) })
      return
    }
    const { host, port: listening } = this.#running
    this.#setup.post({ type: 'ready', host, port: listening, credentials })
  }

  async #answer(message: Request): Promise<void> {
    const { request } = message
    try {
      const outcome = await this.#carryOut(message)
      this.#reporter.flush()
      this.#setup.post({ type: 'done', request, isOk: true, ...(outcome === undefined ? {} : { outcome }) })
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      this.#setup.post({ type: 'done', request, isOk: false, detail })
    }
  }

  async #carryOut(message: Request): Promise<string | undefined> {
    const gateway = this.#running?.gateway
    if (gateway === undefined) throw new Error('the gateway does not serve yet')
    switch (message.type) {
      case 'run': {
        const endpoint = trusted(message.endpoint)
        if (endpoint === undefined) throw new Error('the endpoint of the session cannot be used')
        const context = gateway.adopt({ ...message, endpoint })
        await gateway.broker.handOver(context, message.functionId)
        return undefined
      }
      case 'stop': {
        const context = gateway.sessions.find(message.sessionId)?.contexts.get(message.contextId)
        if (context !== undefined) await gateway.stop(context)
        return undefined
      }
      case 'answer':
        return gateway.prompts.answer(requestDeserialize(Buffer.from(message.answer, 'base64'))).outcome as string
    }
  }

  #sessionOver(sessionId: string): void {
    const gateway = this.#running?.gateway
    const session = gateway?.sessions.find(sessionId)
    if (gateway && session) gateway.sessions.end(session.root)
  }

  async #stop(): Promise<void> {
    await this.#running?.stop()
    this.#setup.exit()
  }
}

/** What main has decided about the endpoint. */
function trusted({ host, port: number, secure }: GatewayEndpoint): TrustedEndpoint | undefined {
  const endpoint = trustProfileEndpoint({ host, port: number }, { allowPlaintext: !secure })
  return endpoint.ok ? endpoint.value : undefined
}
