import { type Metadata, status } from '@grpc/grpc-js'

/** A status of the server, which a client of the gateway gets as the server gave it. */
export class FarStatus extends Error {
  readonly code: status
  readonly trailers: Metadata | undefined

  constructor(code: status, details: string, trailers?: Metadata) {
    super(details)
    this.name = 'FarStatus'
    this.code = code
    this.trailers = trailers
  }
}

const lost = 'the connection to the server was lost'
/** An IPv4 or IPv6 address, as grpc-js names it when it cannot connect. */
const address = /\b\d{1,3}(?:\.\d{1,3}){3}\b|[\da-f]*::?[\da-f]+:[\da-f:]+|\bdns:/i

/** Details of a status as a client of the gateway may read them: they do not tell where the server is. */
export function nearDetails(code: status, details: string, hosts: readonly string[]): string {
  const tells = hosts.some((host) => host !== '' && details.includes(host))
  return tells || (code === status.UNAVAILABLE && address.test(details)) ? lost : details
}
