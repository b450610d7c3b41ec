import { once } from 'node:events'
import { Server, ServerCredentials, type ServerWritableStream, type sendUnaryData } from '@grpc/grpc-js'
import type { PromptAnswer__Output } from '../src/openobd/generated/types/workbench/v1/PromptAnswer.ts'
import type { WorkshopEvent } from '../src/openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import { openObdV1, workbenchV1 } from '../src/openobd/grpc/protos.ts'

type Watch = ServerWritableStream<object, WorkshopEvent>
type Reply = sendUnaryData<object>

/** A server with a viewer service that sends given events as fast as they are read. */
export class FloodServer {
  readonly #server = new Server()
  readonly #watch = Promise.withResolvers<Watch>()
  readonly #snapshot: NonNullable<WorkshopEvent['snapshot']>
  #sequence = 1
  /** Answered prompts, with the time of the answer in ms. */
  readonly answered = new Map<string, number>()
  port = 0

  constructor(snapshot: NonNullable<WorkshopEvent['snapshot']>) {
    this.#snapshot = snapshot
  }

  async listen(): Promise<void> {
    const { getSessionControllerToken, getSessionList } = openObdV1.sessionController.service
    this.#server.addService(
      { getSessionControllerToken, getSessionList },
      {
        getSessionControllerToken: (_call: object, reply: Reply) => reply(null, { value: 'controller' }),
        getSessionList: (_call: object, reply: Reply) => reply(null, { sessions: [] }),
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
