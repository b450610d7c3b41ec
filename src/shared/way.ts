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
