/**
 * Why no connection to an openOBD service can be made, as far as the handshake tells; `parameters.cause` of a failure. All of them
 * stay as they are until somebody changes something.
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
  /** TLS was wanted, and the server speaks plaintext. */
  'server-is-plaintext',
  /** Plaintext was wanted, and the server speaks TLS. */
  'server-is-tls',
  /** The server speaks HTTP/1 only; gRPC needs HTTP/2. */
  'http-1',
] as const
export type ConnectionCause = (typeof connectionCauses)[number]
