/**
 * Why no connection to an openOBD service can be made, as found in the handshake; `parameters.cause` of a failure. Each cause
 * lasts until a person changes something.
 */
export const connectionCauses = [
  'untrusted-issuer',
  'self-signed',
  'wrong-name',
  'expired',
  'not-yet-valid',
  'client-certificate-required',
  'client-certificate-refused',
  'protocol-mismatch',
  /** TLS was requested, but the server speaks plaintext. */
  'server-is-plaintext',
  /** Plaintext was requested, but the server speaks TLS. */
  'server-is-tls',
  /** The server speaks HTTP/1 only; gRPC needs HTTP/2. */
  'http-1',
] as const
export type ConnectionCause = (typeof connectionCauses)[number]
