import { z } from 'zod'
import { controlUnitAddressSchema, lastWriteSchema } from './session.ts'

/** Address of an openOBD server, with the decision between TLS and plaintext. */
export const gatewayEndpointSchema = z.object({
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535),
  secure: z.boolean(),
})
export type GatewayEndpoint = z.infer<typeof gatewayEndpointSchema>

/** Credentials of an account, or of the clients of a gateway. */
const credentialsSchema = z.object({ clientId: z.string(), clientSecret: z.string(), clusterId: z.string() })

/** How main reaches the server: authorities (PEM), certificate of this computer, and proxy. */
const routeSchema = z.object({
  authorities: z.array(z.string()).optional(),
  identity: z.object({ certificate: z.string(), key: z.string() }).optional(),
  proxy: z
    .object({ host: z.string(), port: z.number().int(), user: z.string().optional(), password: z.string().optional() })
    .optional(),
})

/** Number of a request of main; its `done` carries the same. */
const request = z.number().int()

/** Names a function context; the root of a session has an empty `contextId`. */
const contextShape = { sessionId: z.string().min(1), contextId: z.string() } as const

/** Messages from main to the gateway's process. */
export const toGatewaySchema = z.discriminatedUnion('type', [
  /** First message: the server to stand in front of. `credentials` null: the account's secret is missing. */
  z.object({
    type: z.literal('serve'),
    endpoint: gatewayEndpointSchema,
    credentials: credentialsSchema.nullable(),
    route: routeSchema,
  }),
  /** The secret was typed, or removed. */
  z.object({ type: z.literal('credentials'), credentials: credentialsSchema.nullable() }),
  /** Takes a child of our own root over and hands it to the host of a function. Answered by `done` once the host has started it. */
  z.object({
    type: z.literal('run'),
    request,
    functionId: z.string().min(1),
    ...contextShape,
    createdAt: z.string(),
    endpoint: gatewayEndpointSchema,
    authenticationToken: z.string().min(1),
  }),
  /** Forwards nothing of a context any more; answered by `done` once that is so. */
  z.object({ type: z.literal('stop'), request, ...contextShape }),
  /** A session of ours has ended, and every context of it. */
  z.object({ type: z.literal('session-over'), sessionId: z.string().min(1) }),
  /** Answers a prompt that is kept here: a message `workbench.v1.PromptAnswer` in base64. `done` carries the outcome. */
  z.object({ type: z.literal('answer'), request, answer: z.string().min(1) }),
  /** Ends the process. */
  z.object({ type: z.literal('stop-process') }),
])
export type ToGateway = z.infer<typeof toGatewaySchema>

/** A function that a host on this computer offers. */
export const hostedFunctionSchema = z.object({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  description: z.string(),
  isOnline: z.boolean(),
})

/** What a context waits for, as far as it passes the gateway; times in Unix ms. */
export const activitySchema = z.object({
  /** Requests to control units that have no answer yet; oldest first, at most eight. */
  requests: z.array(
    z.object({
      address: controlUnitAddressSchema,
      since: z.number(),
      /** Since when its channel has asked without a final answer; earlier than `since` after a repetition. */
      unansweredSince: z.number(),
      /** Number of answers that ask for more time (0x78). */
      pendingAnswers: z.number().int().nonnegative(),
      /** The last answer that is not final, and when: 0x78 or 0x21. */
      lastAnswer: z.enum(['pending', 'busy']).optional(),
      lastAnswerAt: z.number().optional(),
    }),
  ),
  /** Since when a call to the server has no answer. */
  serverSince: z.number().optional(),
  lastWrite: lastWriteSchema.optional(),
})
export type GatewayActivity = z.infer<typeof activitySchema>

/** Messages from the gateway's process to main. Tokens of the server are in `token` only; they are never logged. */
export const fromGatewaySchema = z.discriminatedUnion('type', [
  /** It listens on loopback with these credentials for its clients. */
  z.object({
    type: z.literal('ready'),
    host: z.string(),
    port: z.number().int().min(1).max(65_535),
    credentials: credentialsSchema,
  }),
  z.object({ type: z.literal('failed'), reason: z.string() }),
  z.object({ type: z.literal('functions'), functions: z.array(hostedFunctionSchema) }),
  /** The newest token of the server for a context, with which it can be finished. */
  z.object({
    type: z.literal('token'),
    ...contextShape,
    parentId: z.string(),
    kind: z.enum(['authentication', 'session']),
    value: z.string().min(1),
  }),
  z.object({ type: z.literal('context-ended'), ...contextShape }),
  /** Prompts and log lines, each as the viewer service tells them: messages `workbench.v1.WorkshopEvent` in base64. */
  z.object({ type: z.literal('events'), events: z.array(z.string()), leftOut: z.number().int().nonnegative() }),
  /** A result that a function has set, also before it ends. */
  z.object({ type: z.literal('result'), ...contextShape, key: z.string(), value: z.string() }),
  z.object({ type: z.literal('activity'), ...contextShape, ...activitySchema.shape }),
  z.object({
    type: z.literal('done'),
    request,
    isOk: z.boolean(),
    /** Why not: one sentence in English for the log. */
    detail: z.string().optional(),
    /** Outcome of an answer, as the viewer service names it. */
    outcome: z.string().optional(),
  }),
])
export type FromGateway = z.infer<typeof fromGatewaySchema>
