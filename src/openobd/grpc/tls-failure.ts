import type { ConnectionCause } from '../../shared/connection-cause.ts'

/** Why a TLS connection cannot be made. None of these causes goes away by itself. */
export type TlsProblem = Extract<
  ConnectionCause,
  | 'untrusted-issuer'
  | 'self-signed'
  | 'wrong-name'
  | 'expired'
  | 'not-yet-valid'
  | `client-certificate-${string}`
  | 'protocol-mismatch'
  | 'server-is-plaintext'
  | 'http-1'
>

const patterns: ReadonlyArray<readonly [RegExp, TlsProblem]> = [
  [/ERR_TLS_CERT_ALTNAME_INVALID|altnames|does not match certificate/i, 'wrong-name'],
  [/CERT_HAS_EXPIRED|certificate has expired/i, 'expired'],
  [/CERT_NOT_YET_VALID|certificate is not yet valid/i, 'not-yet-valid'],
  // A complete chain with an untrusted root is a problem of trust, not of the server's own certificate.
  [/SELF_SIGNED_CERT_IN_CHAIN|self[- ]signed certificate in certificate chain/i, 'untrusted-issuer'],
  [/DEPTH_ZERO_SELF_SIGNED_CERT|self[- ]signed certificate/i, 'self-signed'],
  [
    /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT|unable to verify the first certificate|unable to get (local )?issuer/i,
    'untrusted-issuer',
  ],
  [/certificate[ _]required/i, 'client-certificate-required'],
  [/alert certificate expired|CERTIFICATE_EXPIRED/i, 'client-certificate-expired'],
  [
    /alert (bad|unknown|expired|unsupported) (certificate|ca)|alert certificate|unknown ca\b|bad certificate/i,
    'client-certificate-refused',
  ],
  [/wrong version number|packet length too long|http request|record layer failure/i, 'server-is-plaintext'],
  // The alert of a server that offers HTTP/1 and no HTTP/2 (RFC 7301, 3.2).
  [/no application protocol/i, 'http-1'],
  [
    /unsupported protocol|no protocols available|alert protocol version|handshake failure|no shared cipher/i,
    'protocol-mismatch',
  ],
]

/** Reads the text of a TLS error in grpc-js (its status is always 14); undefined when TLS is not the cause. */
export function tlsProblemOf(details: string): TlsProblem | undefined {
  return patterns.find(([pattern]) => pattern.test(details))?.[1]
}
