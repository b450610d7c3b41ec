import type { ClientDuplexStream, Metadata } from '@grpc/grpc-js'
import type { Control, Control__Output } from '../src/openobd/generated/types/openOBD/v1/Control.ts'
import { openObdV1 } from '../src/openobd/grpc/protos.ts'
import { claimOnTicket } from './claimed-session.ts'
import { type EngineAccess, loopbackCredentials } from './engine-access.ts'

/** A foreign function controlled by a test: its own session and one control stream. */
export class PromptAsker {
  readonly sessionId: string
  private readonly client
  private readonly stream: ClientDuplexStream<Control, Control__Output>
  private readonly answers: Control__Output[] = []

  private constructor(sessionId: string, client: InstanceType<typeof openObdV1.userInterface>, metadata: Metadata) {
    this.sessionId = sessionId
    this.client = client
    this.stream = client.openControlStream(metadata)
    this.stream.on('data', (control: Control__Output) => this.answers.push(control))
    this.stream.on('error', () => {})
  }

  /** Starts a session on the ticket, claims it and opens the stream. */
  static async start(engine: EngineAccess, ticket: string): Promise<PromptAsker> {
    const { sessionId, target, bearer } = await claimOnTicket(engine, ticket)
    return new PromptAsker(sessionId, new openObdV1.userInterface(target, ...loopbackCredentials()), bearer)
  }

  /** Shows a control; `answer` returns the answer. */
  ask(control: Control): void {
    this.stream.write(control)
  }
  /** The newest answer; undefined while there is none. */
  get answer(): Control__Output | undefined {
    return this.answers.at(-1)
  }
  close(): void {
    this.stream.end()
    this.client.close()
  }
}
