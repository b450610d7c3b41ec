import { once } from 'node:events'
import { Server, ServerCredentials, type ServerWritableStream, type sendUnaryData } from '@grpc/grpc-js'
import type { PromptAnswer__Output } from '../src/openobd/generated/types/workbench/v1/PromptAnswer.ts'
import type { WorkshopEvent } from '../src/openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import { openObdV1, workbenchV1 } from '../src/openobd/grpc/protos.ts'

type Watch = ServerWritableStream<object, WorkshopEvent>
type Tokens = ServerWritableStream<object, { value: string }>
type Reply = sendUnaryData<object>

/** A server with a viewer service that sends given events as fast as they are read. */
export class FloodServer {
  readonly #server = new Server()
  readonly #watch = Promise.withResolvers<Watch>()
  readonly #snapshot: NonNullable<WorkshopEvent['snapshot']>
  readonly #tokens = Promise.withResolvers<Tokens>()
  #sequence = 1
  /** Answered prompts, with the time of the answer in ms. */
  readonly answered = new Map<string, number>()
  port = 0

  constructor(snapshot: NonNullable<WorkshopEvent['snapshot']>) {
    this.#snapshot = snapshot
  }

  async listen(): Promise<void> {
    const controller = openObdV1.sessionController.service
    const info = (state: string) => ({
      id: 'flood',
      state,
      created_at: '2026-01-01T08:00:00.000+0000',
      grpc_endpoint: '127.0.0.1',
      grpc_port: this.port,
    })
    this.#server.addService(
      {
        getSessionControllerToken: controller.getSessionControllerToken,
        getSessionList: controller.getSessionList,
        getSession: controller.getSession,
        startSessionOnTicket: controller.startSessionOnTicket,
        interruptSession: controller.interruptSession,
      },
      {
        getSessionControllerToken: (_call: object, reply: Reply) => reply(null, { value: 'controller' }),
        getSessionList: (_call: object, reply: Reply) => reply(null, { sessions: [] }),
        getSession: (_call: object, reply: Reply) => reply(null, info('active')),
        startSessionOnTicket: (_call: object, reply: Reply) =>
          reply(null, { ...info('available'), authentication_token: 'authentication' }),
        interruptSession: (_call: object, reply: Reply) => reply(null, info('interrupted')),
      },
    )
    const { authenticate, openSessionTokenStream } = openObdV1.session.service
    this.#server.addService(
      { authenticate, openSessionTokenStream },
      {
        authenticate: (_call: object, reply: Reply) => reply(null, { value: 'token-0' }),
        openSessionTokenStream: (call: Tokens) => {
          call.on('error', () => undefined)
          this.#tokens.resolve(call)
        },
      },
    )
    this.#server.addService(workbenchV1.viewer.service, {
      watchWorkshop: (call: Watch) => {
        call.on('error', () => undefined)
        call.write({ sequence: 1, snapshot: this.#snapshot })
        this.#watch.resolve(call)
      },
      answerPrompt: (call: { request: PromptAnswer__Output }, reply: Reply) => {
        this.answered.set(call.request.prompt_id, performance.now())
        reply(null, { outcome: 'ANSWER_ACCEPTED' })
      },
      getSessionRecord: (_call: object, reply: Reply) => reply({ code: 5 }),
    })
    this.port = await new Promise<number>((resolve, reject) =>
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      ),
    )
  }

  /** Sends events in order; resolves when the last one is sent. */
  async send(events: Iterable<WorkshopEvent>): Promise<void> {
    const watch = await this.#watch.promise
    for (const event of events) {
      this.#sequence += 1
      if (!watch.write({ ...event, sequence: this.#sequence })) await once(watch, 'drain')
    }
  }

  /** Sends new session tokens of the session that the application has started; resolves when the last one is sent. */
  async sendTokens(from: number, count: number): Promise<void> {
    const tokens = await this.#tokens.promise
    for (let number = from; number < from + count; number += 1) {
      if (!tokens.write({ value: `token-${number}` })) await once(tokens, 'drain')
    }
  }

  /** Variables that make the application choose this server. */
  get environment(): Record<string, string> {
    return {
      OPENOBD_GRPC_HOST: '127.0.0.1',
      OPENOBD_GRPC_PORT: String(this.port),
      OPENOBD_CLUSTER_ID: '001',
      OPENOBD_PARTNER_CLIENT_ID: 'flood',
      OPENOBD_PARTNER_CLIENT_SECRET: 'secret of the flood',
    }
  }

  close(): void {
    this.#server.forceShutdown()
  }
}

/** A ticket of a flood. */
export const floodTicket = (number: number) => ({
  number: String(7_000_000 + number),
  id: `ticket-${number}`,
  connector_number: String(900_000_000 + (number % 50)),
  subject: `Ordered work number ${number} with a few words to read`,
  vehicle_name: 'Falkenberg Corvo 2.0 TDI',
  license_plate: `HB-FC ${number}`,
})
/** A connector of a flood. */
export const floodConnector = (number: number, voltage: number) => ({
  number: String(900_000_000 + number),
  id: `connector-${number}`,
  name: `Lift ${number}`,
  online: true,
  plugged: true,
  voltage,
})
/** A yes/no question of the session of a flood. */
export const floodQuestion = (id: string, label: string) => ({
  prompt_shown: { id, session_id: 's1', function_name: 'Flood', control: { control_yesno: { label } }, shown_at: 1 },
})
/** The session of a flood, which another program has started. */
export const floodSession = {
  session_changed: { session_id: 's1', state: 'active', connector_number: '900000001' },
} as WorkshopEvent
/** A workshop with one car. */
export const floodWorkshop = {
  connectors: [floodConnector(1, 12.5)],
  tickets: [floodTicket(1)],
  sessions: [],
  prompts: [],
}
