import { z } from 'zod'

/** Messages from main to a process that hosts functions. No token and no credential of a server is among them. */
export const toFunctionHostSchema = z.discriminatedUnion('type', [
  /** Offers the functions to a gateway on this computer, with the credentials of its clients; replaces an earlier one. */
  z.object({
    type: z.literal('offer'),
    host: z.string().min(1),
    port: z.number().int().min(1).max(65_535),
    credentials: z.object({ clientId: z.string(), clientSecret: z.string(), clusterId: z.string() }),
  }),
  /** Ends the process. */
  z.object({ type: z.literal('close') }),
])
export type ToFunctionHost = z.infer<typeof toFunctionHostSchema>
