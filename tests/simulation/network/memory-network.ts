import { GrpcChannel } from '../../../src/openobd/grpc/grpc-channel.ts'
import type { Network } from '../../../src/openobd/grpc/network.ts'
import type { SeededRandom } from '../time/random.ts'
import type { Scheduler, SimProcess } from '../time/scheduler.ts'
import type { ClientCallSetup } from './client-call.ts'
import type { Ends } from './connection.ts'
import { Link } from './link.ts'
import { MemoryClient } from './memory-client.ts'
import type { MemoryServer } from './memory-server.ts'

/** What is told of the calls of all clients. */
export interface ClientWitness {
  /** Called before a call is sent to the server of a port. */
  called(owner: SimProcess, call: ClientCallSetup, port: number): void
  /** Called when a unary call has no deadline. */
  withoutDeadline(path: string): void
  /** Called with each message of a stream when it leaves. */
  sent?(owner: SimProcess, call: ClientCallSetup, port: number): void
}

/** The network of a world: servers by port, each behind its link. */
export class MemoryNetwork {
  readonly scheduler: Scheduler
  readonly random: SeededRandom
  readonly witness: ClientWitness
  readonly #servers = new Map<number, MemoryServer>()
  readonly #links = new Map<number, Link>()

  constructor(scheduler: Scheduler, random: SeededRandom, witness: ClientWitness) {
    this.scheduler = scheduler
    this.random = random
    this.witness = witness
  }

  /** The network as a process of the world sees it. */
  of(owner: SimProcess): Network {
    return {
      open: (endpoint, route) =>
        new GrpcChannel(endpoint, route, () => new MemoryClient(this, endpoint.port, owner).asGrpcClient),
      probe: () => Promise.resolve(undefined),
    }
  }

  listen(port: number, server: MemoryServer): void {
    this.#servers.set(port, server)
  }

  /** The server of a port is gone: its connections break. */
  stopListening(port: number): void {
    const server = this.#servers.get(port)
    this.#servers.delete(port)
    server?.breakOff()
  }

  serverAt(port: number): MemoryServer | undefined {
    return this.#servers.get(port)
  }

  /** All links that were ever used. */
  get links(): readonly Link[] {
    return [...this.#links.values()]
  }

  linkTo(port: number): Link {
    const known = this.#links.get(port)
    if (known) return known
    const link = new Link(this.random.fork(), () => this.scheduler.nowMs, [0.1, 0.2])
    this.#links.set(port, link)
    return link
  }

  ends(client: SimProcess, server: MemoryServer, link: Link): Ends {
    return { scheduler: this.scheduler, random: this.random, link, client, server }
  }

  /** The connections of a dead process break. */
  processDied(process: SimProcess): void {
    for (const link of this.#links.values())
      for (const connection of [...link.connections]) if (connection.ends.client === process) connection.reset()
  }
}
