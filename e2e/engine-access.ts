import { type ChannelCredentials, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import type { SessionInfo__Output } from '../src/openobd/generated/types/openOBD/v1/SessionInfo.ts'
import type { SessionInfoList__Output } from '../src/openobd/generated/types/openOBD/v1/SessionInfoList.ts'
import type { SessionRecord__Output } from '../src/openobd/generated/types/workbench/v1/SessionRecord.ts'
import { openObdV1, workbenchV1 } from '../src/openobd/grpc/protos.ts'

type Reply<T> = (error: ServiceError | null, value?: T) => void

/** Makes a unary call. */
export function reply<T>(call: (done: Reply<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => call((error, value) => (error || !value ? reject(error) : resolve(value))))
}

/** Address and credentials of an engine outside the application. */
export interface EngineAddress {
  readonly port: number
  readonly clientId: string
  readonly clientSecret: string
}

const deadline = () => ({ deadline: Date.now() + 30_000 })
const loopback = { 'grpc.enable_http_proxy': 0 } as const

/** Plaintext on loopback, never through a proxy. */
export const loopbackCredentials = (): [ChannelCredentials, typeof loopback] => [credentials.createInsecure(), loopback]

/** The test's own client of an engine: reads its records, moves its clock, sets faults. */
export class EngineAccess {
  private readonly address: EngineAddress
  private readonly controller
  private readonly viewer
  private readonly control
  private metadata: Promise<Metadata> | undefined

  constructor(address: EngineAddress) {
    this.address = address
    const target = `127.0.0.1:${address.port}`
    this.controller = new openObdV1.sessionController(target, ...loopbackCredentials())
    this.viewer = new workbenchV1.viewer(target, ...loopbackCredentials())
    this.control = new workbenchV1.control(target, ...loopbackCredentials())
  }

  private async signIn(): Promise<Metadata> {
    const { clientId: client_id, clientSecret: client_secret } = this.address
    const request = { client_id, client_secret, cluster_id: '001' }
    const token = await reply<{ value: string }>((done) =>
      this.controller.getSessionControllerToken(request, new Metadata(), deadline(), done as never),
    )
    const metadata = new Metadata()
    metadata.set('authorization', `Bearer ${token.value}`)
    return metadata
  }
  private bearer(): Promise<Metadata> {
    this.metadata ??= this.signIn()
    return this.metadata
  }

  /** The engine's record of a session. */
  async record(sessionId: string) {
    const metadata = await this.bearer()
    return reply<SessionRecord__Output>((done) =>
      this.viewer.getSessionRecord({ session_id: sessionId }, metadata, deadline(), done as never),
    )
  }

  /** The sessions of this partner, from openOBD's own list. */
  async sessions() {
    const metadata = await this.bearer()
    const list = await reply<SessionInfoList__Output>((done) =>
      this.controller.getSessionList({}, metadata, deadline(), done as never),
    )
    return list.sessions
  }

  /** Starts a session on a ticket, as another program does. */
  async startOnTicket(ticket: string) {
    const metadata = await this.bearer()
    return reply<SessionInfo__Output>((done) =>
      this.controller.startSessionOnTicket({ value: ticket }, metadata, deadline(), done as never),
    )
  }

  async interrupt(sessionId: string): Promise<void> {
    const metadata = await this.bearer()
    await reply((done) => this.controller.interruptSession({ value: sessionId }, metadata, deadline(), done as never))
  }

  /** Moves the manual session clock. */
  async advance(sessionMs: number): Promise<void> {
    const metadata = await this.bearer()
    const request = { session_ms: sessionMs, bus_ms: 0 }
    await reply((done) => this.control.advanceClock(request, metadata, deadline(), done as never))
  }

  /** Switches a fault on, on an engine with --lab. Returns its id. */
  async setFault(kind: string, connector: string, parameters: Record<string, string> = {}): Promise<string> {
    const metadata = await this.bearer()
    const fault = { kind, connector_number: connector, parameters }
    const set = await reply<{ id: string }>((done) => this.control.setFault(fault, metadata, deadline(), done as never))
    return set.id
  }

  async clearFault(id: string): Promise<void> {
    const metadata = await this.bearer()
    await reply((done) => this.control.clearFault({ value: id }, metadata, deadline(), done as never))
  }

  close(): void {
    for (const client of [this.controller, this.viewer, this.control]) client.close()
  }
}
