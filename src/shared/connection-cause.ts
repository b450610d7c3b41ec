/** The steps of a connection to an openOBD service, in order. */
export const connectionSteps = ['name', 'proxy', 'tcp', 'tls', 'protocol', 'credentials', 'partner-api'] as const
export type ConnectionStep = (typeof connectionSteps)[number]

/** Why no connection to an openOBD service can be made, as found in the connection itself; `parameters.cause` of a failure. */
export const connectionCauses = [
  'name-unknown',
  /** No name server answers, usually because the computer has no network. */
  'name-service-silent',
  'network-unreachable',
  'nothing-listens',
  /** No answer to the attempt to connect: a wrong address, or a firewall that drops everything. */
  'host-silent',
  /** Connected, but not one byte comes back. */
  'server-silent',
  /** Connected, and closed at once without a reason. */
  'server-closes',
  'proxy-settings-unreadable',
  /** The settings of the system name a kind of proxy that is not supported (SOCKS, HTTPS). */
  'proxy-kind-unsupported',
  'proxy-name-unknown',
  'proxy-not-listening',
  'proxy-silent',
  'proxy-cuts',
  'proxy-needs-sign-in',
  'proxy-refuses-sign-in',
  'proxy-refuses',
  'proxy-cannot-reach',
  /** The proxy answers with a web page, as sign-in pages of networks and filters do. */
  'proxy-shows-page',
  'proxy-is-none',
  /** A connection through the proxy that worked was cut. */
  'tunnel-cut',
  'untrusted-issuer',
  'self-signed',
  'wrong-name',
  'expired',
  'not-yet-valid',
  'client-certificate-required',
  'client-certificate-refused',
  'client-certificate-expired',
  'protocol-mismatch',
  /** TLS was requested, but the server speaks plaintext. */
  'server-is-plaintext',
  /** Plaintext was requested, but the server speaks TLS. */
  'server-is-tls',
  /** The server speaks HTTP/1 only; gRPC needs HTTP/2. */
  'http-1',
] as const
export type ConnectionCause = (typeof connectionCauses)[number]

/** The step at which each cause shows. */
export const stepOfCause: Readonly<Record<ConnectionCause, ConnectionStep>> = {
  'name-unknown': 'name',
  'name-service-silent': 'name',
  'network-unreachable': 'tcp',
  'nothing-listens': 'tcp',
  'host-silent': 'tcp',
  'server-silent': 'protocol',
  'server-closes': 'protocol',
  'proxy-settings-unreadable': 'proxy',
  'proxy-kind-unsupported': 'proxy',
  'proxy-name-unknown': 'name',
  'proxy-not-listening': 'proxy',
  'proxy-silent': 'proxy',
  'proxy-cuts': 'proxy',
  'proxy-needs-sign-in': 'proxy',
  'proxy-refuses-sign-in': 'proxy',
  'proxy-refuses': 'proxy',
  'proxy-cannot-reach': 'tcp',
  'proxy-shows-page': 'proxy',
  'proxy-is-none': 'proxy',
  'tunnel-cut': 'proxy',
  'untrusted-issuer': 'tls',
  'self-signed': 'tls',
  'wrong-name': 'tls',
  expired: 'tls',
  'not-yet-valid': 'tls',
  'client-certificate-required': 'tls',
  'client-certificate-refused': 'tls',
  'client-certificate-expired': 'tls',
  'protocol-mismatch': 'tls',
  'server-is-plaintext': 'tls',
  'server-is-tls': 'protocol',
  'http-1': 'protocol',
}

/** Causes that may go away by themselves: the connection is tried again. Every other cause lasts until a person changes something. */
const passingCauses: ReadonlySet<ConnectionCause> = new Set([
  'name-unknown',
  'name-service-silent',
  'network-unreachable',
  'nothing-listens',
  'host-silent',
  'server-silent',
  'server-closes',
  'proxy-name-unknown',
  'proxy-not-listening',
  'proxy-silent',
  'proxy-cuts',
  'proxy-cannot-reach',
  'tunnel-cut',
])

/** Whether a cause lasts until a person changes something. */
export const isLastingCause = (cause: ConnectionCause): boolean => !passingCauses.has(cause)
