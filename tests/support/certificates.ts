import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

x509.cryptoProvider.set(webcrypto as never)

/** A certificate with its private key, both PEM. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

/** An authority of a test, which signs certificates that are right or wrong in one way. */
export interface Authority extends Identity {
  issue(subject: Subject): Promise<Identity>
}

/** Names and period of a certificate; the default is valid now, for one day before and 30 days after `nowMs`. */
export interface Subject {
  readonly name: string
  /** DNS names and IP addresses. */
  readonly hosts?: readonly string[]
  readonly fromMs?: number
  readonly untilMs?: number
}

const dayMs = 86_400_000
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const newKeys = () =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>

const period = ({ fromMs, untilMs }: Pick<Subject, 'fromMs' | 'untilMs'>) => ({
  notBefore: new Date(fromMs ?? Date.now() - dayMs),
  notAfter: new Date(untilMs ?? Date.now() + 30 * dayMs),
})

const keyPem = async (keys: webcrypto.CryptoKeyPair): Promise<string> =>
  x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')

const namesOf = (hosts: readonly string[]) =>
  new x509.SubjectAlternativeNameExtension(
    hosts.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const), value })),
  )

let serial = 1

/** An authority that nobody trusts until it is imported. */
export async function newAuthority(name: string): Promise<Authority> {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: (serial++).toString(16).padStart(4, '0'),
    name: `CN=${name}`,
    ...period({ fromMs: Date.now() - 3650 * dayMs, untilMs: Date.now() + 3650 * dayMs }),
    keys: keys as never,
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, 2, true)],
  })
  return {
    cert: certificate.toString('pem'),
    key: await keyPem(keys),
    async issue(subject) {
      const own = await newKeys()
      const issued = await x509.X509CertificateGenerator.create({
        serialNumber: (serial++).toString(16).padStart(4, '0'),
        subject: `CN=${subject.name}`,
        issuer: certificate.subject,
        ...period(subject),
        signingKey: keys.privateKey as never,
        publicKey: own.publicKey as never,
        signingAlgorithm: algorithm,
        extensions: [namesOf(subject.hosts ?? [])],
      })
      return { cert: issued.toString('pem'), key: await keyPem(own) }
    },
  }
}

/** A certificate that signs itself. */
export async function selfSigned(subject: Subject): Promise<Identity> {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: (serial++).toString(16).padStart(4, '0'),
    name: `CN=${subject.name}`,
    ...period(subject),
    keys: keys as never,
    signingAlgorithm: algorithm,
    extensions: [namesOf(subject.hosts ?? [])],
  })
  return { cert: certificate.toString('pem'), key: await keyPem(keys) }
}
