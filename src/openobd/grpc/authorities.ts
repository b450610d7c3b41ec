import tls from 'node:tls'

/** Trusted authorities for TLS connections: the stores of runtime and system, and the given PEM certificates; TLS 1.2 or newer. */
export const trustedContext = (extraAuthorities: readonly string[]): tls.SecureContext =>
  tls.createSecureContext({
    ca: [...authoritiesOf('default'), ...authoritiesOf('system'), ...extraAuthorities],
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
