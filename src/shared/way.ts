import { z } from 'zod'
import { longest } from './limits.ts'
import { typedName } from './typed-text.ts'

const host = z.string().transform(typedName).pipe(z.string().min(1).max(longest.host))

/** The proxy of a server: none, the one of the system's settings, or an HTTP proxy that a person typed. */
export const proxyChoiceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('system') }),
  z.object({
    kind: z.literal('typed'),
    host,
    port: z.number().int().min(1).max(65_535),
    /** Empty: the proxy wants no sign-in. */
    user: z.string().max(longest.clientId),
  }),
])
export type ProxyChoice = z.infer<typeof proxyChoiceSchema>

/** Addresses of the Partner API; only https and wss, except on this computer. Empty addresses switch nothing off by themselves. */
export const partnerApiSettingsSchema = z.object({
  isOn: z.boolean(),
  restBaseUrl: z.string().trim().max(500),
  tokenUrl: z.string().trim().max(500),
  wsUrl: z.string().trim().max(500),
})

/** The Partner API of cluster 001, as documented; the addresses of other clusters are not published. */
export const europeanPartnerApi = {
  restBaseUrl: 'https://partner-api-001.prd.jifeline.cloud',
  tokenUrl: 'https://partner-api-001.prd.jifeline.cloud/oauth2/token',
  wsUrl: 'wss://partner-api-ws-001.prd.jifeline.cloud/wssprd',
} as const

/** A certificate as a person sees it; times in Unix ms. */
export const certificateViewSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  beginsAt: z.number(),
  endsAt: z.number(),
})
export type CertificateView = z.infer<typeof certificateViewSchema>

/** How a server is reached, besides host and port. Keys and passwords stay in main. */
export const wayViewSchema = z.object({
  proxy: proxyChoiceSchema,
  hasProxyPassword: z.boolean(),
  /** Authorities that were imported for this server. */
  authorities: z.array(certificateViewSchema),
  /** The certificate of this computer for this server. */
  certificate: certificateViewSchema.optional(),
  hasKey: z.boolean(),
  partnerApi: partnerApiSettingsSchema,
})
export type WayView = z.infer<typeof wayViewSchema>

/** What a person types of it. An absent password keeps the present one. */
export const wayInputSchema = z.object({
  proxy: proxyChoiceSchema,
  proxyPassword: z.string().max(longest.clientSecret).optional(),
  partnerApi: partnerApiSettingsSchema,
})
export type WayInput = z.infer<typeof wayInputSchema>

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
