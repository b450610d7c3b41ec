import { z } from 'zod'

/**
 * What holds a running function up. `control-unit`: `silent` has not answered yet · `working` asks for more time (0x78, 0x21) ·
 * `near-limit` and `over-limit`: it still does shortly before and after the official client gives up. `server`: a call has no reply.
 * `link`: something waits, and no message of the link says that it arrives. `since` in Unix ms.
 */
export const holdSchema = z.discriminatedUnion('by', [
  z.object({
    by: z.literal('control-unit'),
    state: z.enum(['silent', 'working', 'near-limit', 'over-limit']),
    since: z.number(),
  }),
  z.object({ by: z.literal('server'), since: z.number() }),
  z.object({ by: z.literal('link'), since: z.number() }),
])
export type Hold = z.infer<typeof holdSchema>
export type ControlUnitState = Extract<Hold, { by: 'control-unit' }>['state']
