import { z } from 'zod'
import { defineFault, wholeNumber } from './define-fault.ts'

/** What the imitated Partner API can do wrong. */
export const partnerApiTroubles = [
  'token-refused',
  'token-500',
  'token-html',
  'token-10s',
  'unauthorised',
  'joins-403',
  'joins-404',
  'rate-limited',
  'rate-limited-retry-after',
  'html-500',
  'slow',
  'cut-body',
  'no-result',
  'shrinking-total',
  'row-between-pages',
  'nulls',
  'many-tickets',
  'wrong-limit',
  'ws-refused',
  'ws-dropped',
  'ws-dropped-after',
  'ws-silent',
  'ws-idle-cut',
  'ws-duplicates',
  'ws-out-of-order',
  'ws-unknown-action',
  'ws-voltage-null',
  'ws-voltage-text',
  'ws-voltage-nan',
] as const
export type PartnerApiTrouble = (typeof partnerApiTroubles)[number]

/** The imitated Partner API misbehaves in one way while it is active. */
export const partnerApi = defineFault({
  kind: 'partner-api',
  description:
    'The imitated Partner API misbehaves in one way (`trouble`); `times` limits how often, `after` counts messages or milliseconds.',
  parameters: z.strictObject({
    trouble: z.enum(partnerApiTroubles),
    times: wholeNumber(1, 1_000_000).optional(),
    after: wholeNumber(0, 1_000_000).optional(),
  }),
})
