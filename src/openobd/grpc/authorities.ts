import tls from 'node:tls'
import type { Route } from './route.ts'

/**
 * What TLS connections of a route trust and present: the authorities of runtime, system and route; the certificate of this computer,
 * if there is one; TLS 1.2 or newer. Throws for a certificate or key that cannot be read, or that do not belong together.
 */
export const secureContextOf = ({ authorities = [], identity }: Route): tls.SecureContext =>
  tls.createSecureContext({
    ca: [...authoritiesOf('default'), ...authoritiesOf('system'), ...authorities],
    ...(identity && { cert: identity.certificate, key: identity.key }),
    minVersion: 'TLSv1.2',
  })

/** A runtime that cannot read the system's store uses the bundled one, which never trusts more. */
function authoritiesOf(store: 'default' | 'system'): string[] {
  try {
    return tls.getCACertificates(store)
  } catch {
    return store === 'default' ? [...tls.rootCertificates] : []
  }
}
