import type { CertificateView, WayInput } from './way.ts'

/* What the page and main know of the way to a server without any schema: the content policy of the page forbids what zod does when it loads. */

/** The Partner API of cluster 001, as documented; the addresses of other clusters are not published. */
export const europeanPartnerApi = {
  restBaseUrl: 'https://partner-api-001.prd.jifeline.cloud',
  tokenUrl: 'https://partner-api-001.prd.jifeline.cloud/oauth2/token',
  wsUrl: 'wss://partner-api-ws-001.prd.jifeline.cloud/wssprd',
} as const

/** A new server asks the system's settings for a proxy. */
export const usualWay: WayInput = {
  proxy: { kind: 'system' },
  partnerApi: { isOn: false, restBaseUrl: '', tokenUrl: '', wsUrl: '' },
}

/** Days before its end from which a certificate of this computer is warned of. */
export const certificateWarningDays = 14

/** Days until the end of a certificate when that has to be warned of; 0: it has ended or is not valid yet. */
export function daysLeft({ beginsAt, endsAt }: CertificateView, nowMs: number): number | undefined {
  if (nowMs < beginsAt || nowMs >= endsAt) return 0
  const days = Math.ceil((endsAt - nowMs) / 86_400_000)
  return days <= certificateWarningDays ? days : undefined
}

/** Why files with certificates cannot be used; `parameters.cause` of `certificate-unusable`. */
export const pemProblems = ['no-certificate', 'no-key', 'key-protected', 'key-of-another-certificate'] as const
