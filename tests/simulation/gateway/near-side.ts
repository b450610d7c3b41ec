import { Metadata, type ServiceError } from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DuplexClientCall } from '../network/client-call.ts'
import { MemoryClient } from '../network/memory-client.ts'
import type { SimProcess } from '../time/scheduler.ts'
import type { World } from '../world/world.ts'
import { type Ledger, type OwnCall, serialHeader } from './ledger.ts'

type AnyMethod<Request, Reply> = Pick<
  MethodDefinition<Request, unknown, unknown, Reply>,
  'path' | 'requestSerialize' | 'responseDeserialize'
>

/** Where a gateway listens and who its clients are. */
export interface NearAddress {
  readonly port: number
  readonly clientId: string
  readonly clientSecret: string
}

/** A stream of a function. */
export interface NearStream<Request> {
  send(message: Request): void
  leave(): void
  readonly isOver: () => boolean
}

/** A connection of a process to the gateway that hides nothing and obeys nothing. */
export class NearSide {
  readonly #client: MemoryClient
  readonly #ledger: Ledger

  constructor(world: World, owner: SimProcess, address: NearAddress, ledger: Ledger) {
    this.#client = new MemoryClient(world.network, address.port, owner)
    this.#ledger = ledger
  }

  /** A unary call; undefined when it is refused. */
  call<Request, Reply>(
    method: AnyMethod<Request, Reply>,
    request: Request,
    token?: string,
    as?: OwnCall,
  ): Promise<Reply | undefined> {
    const { path, requestSerialize, responseDeserialize } = method
    return new Promise((resolve) => {
      const done = (_error: ServiceError | null, reply?: unknown) => resolve(reply as Reply | undefined)
      const serialize = requestSerialize as (value: unknown) => Buffer
      const options = { deadline: Date.now() + 20_000 }
      this.#client.makeUnaryRequest(
        path,
        serialize,
        responseDeserialize,
        request,
        this.#headers(token, as),
        options,
        done,
      )
    })
  }

  /** A stream of any kind. */
  open<Request, Reply>(
    method: AnyMethod<Request, Reply>,
    token: string,
    as: OwnCall | undefined,
    take: (reply: Reply) => void,
    ended: () => void = () => undefined,
  ): NearStream<Request> {
    const { path, requestSerialize, responseDeserialize } = method
    const serialize = requestSerialize as (value: unknown) => Buffer
    const metadata = this.#headers(token, as)
    const call = this.#client.makeBidiStreamRequest(
      path,
      serialize,
      responseDeserialize,
      metadata,
      {},
    ) as DuplexClientCall
    call.on('data', take)
    call.on('error', () => undefined)
    call.on('status', ended)
    return { send: (message) => void call.write(message), leave: () => call.cancel(), isOver: () => call.isOver }
  }

  #headers(token: string | undefined, as: OwnCall | undefined): Metadata {
    const metadata = new Metadata()
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`)
    if (as !== undefined) metadata.set(serialHeader, this.#ledger.expect(as))
    return metadata
  }
}
