import type { TrustedEndpoint } from './endpoint.ts'
import { type Channel, GrpcChannel } from './grpc-channel.ts'
import type { Route } from './route.ts'
import { type ProbeResult, probeServer } from './server-probe.ts'

/** How servers are reached; the simulation replaces it by a network in memory. */
export interface Network {
  /** A connection to an endpoint on a route (default: direct). Throws for a certificate of this computer that cannot be read. */
  open(endpoint: TrustedEndpoint, route?: Route): Channel
  /** Finds out at which step a connection fails; undefined where that cannot be found out. */
  probe(endpoint: TrustedEndpoint, route?: Route): Promise<ProbeResult | undefined>
}

/** The network of this computer. */
export const systemNetwork: Network = {
  open: (endpoint, route) => new GrpcChannel(endpoint, route),
  probe: (endpoint, route) => probeServer(endpoint, route),
}
