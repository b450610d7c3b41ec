import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { ClientIdentity } from './route.ts'

/** A certificate as a person sees it. Times in Unix ms. */
export interface CertificateFacts {
  readonly subject: string
  readonly issuer: string
  readonly beginsAt: number
  readonly endsAt: number
}

/** Why a file with certificates or a key cannot be used. */
export type PemProblem = 'no-certificate' | 'no-key' | 'key-protected' | 'key-of-another-certificate'

const block = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** The certificates of a PEM text in order; undefined when there is none or one of them cannot be read. */
export function readCertificates(pem: string): readonly CertificateFacts[] | undefined {
  const certificates = parsed(pem)
  return certificates?.map(factsOf)
}

/** Checks that a certificate chain and a private key can be read and belong together. */
export function readIdentity({ certificate, key }: ClientIdentity): CertificateFacts | PemProblem {
  const own = parsed(certificate)?.[0]
  if (!own) return 'no-certificate'
  const privateKey = readKey(key)
  if (typeof privateKey === 'string') return privateKey
  return own.checkPrivateKey(privateKey) ? factsOf(own) : 'key-of-another-certificate'
}

/** Whether the certificate of this computer is out of its period of validity at the given time (Unix ms). */
export function isOutOfDate({ certificate }: ClientIdentity, nowMs: number): boolean {
  const own = parsed(certificate)?.[0]
  return own !== undefined && (nowMs >= factsOf(own).endsAt || nowMs < factsOf(own).beginsAt)
}

function readKey(pem: string): KeyObject | PemProblem {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem)) return 'key-protected'
  try {
    return createPrivateKey(pem)
  } catch {
    return 'no-key'
  }
}

function parsed(pem: string): readonly X509Certificate[] | undefined {
  const blocks = pem.match(block)
  if (!blocks) return undefined
  try {
    return blocks.map((text) => new X509Certificate(text))
  } catch {
    return undefined
  }
}

/** Subjects are written one part a line by Node; the common name says enough. */
const nameIn = (text: string): string => (/^CN=(.+)$/m.exec(text)?.[1] ?? text.replaceAll('\n', ', ')).slice(0, 200)

const factsOf = (certificate: X509Certificate): CertificateFacts => ({
  subject: nameIn(certificate.subject ?? ''),
  issuer: nameIn(certificate.issuer ?? ''),
  beginsAt: certificate.validFromDate.getTime(),
  endsAt: certificate.validToDate.getTime(),
})
