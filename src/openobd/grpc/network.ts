import type { ConnectionCause } from '../../shared/connection-cause.ts'
import type { TrustedEndpoint } from './endpoint.ts'
import { type Channel, GrpcChannel } from './grpc-channel.ts'
import { probeServer } from './server-probe.ts'

/** How servers are reached; the simulation replaces it by a network in memory. */
export interface Network {
  /** A connection to an endpoint. `extraAuthorities` are PEM certificates that are trusted in addition to those of the system. */
  open(endpoint: TrustedEndpoint, extraAuthorities?: readonly string[]): Channel
  /** Finds out what kind of server listens at an endpoint that could not be reached. */
  probe(endpoint: TrustedEndpoint, extraAuthorities?: readonly string[]): Promise<ConnectionCause | undefined>
}

/** The network of this computer. */
export const systemNetwork: Network = {
  open: (endpoint, extraAuthorities) => new GrpcChannel(endpoint, extraAuthorities),
  probe: (endpoint, extraAuthorities) => probeServer(endpoint, extraAuthorities),
}
