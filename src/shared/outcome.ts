import { z } from 'zod'

/** Why a requested action failed. Each code has a sentence `failure.<code>` in every language of the renderer. */
export const failureCodeSchema = z.enum([
  'invalid-input',
  'not-found',
  'unknown-ticket',
  'unknown-connector',
  'connector-offline',
  'resource-in-use',
  'no-free-resources',
  'wrong-credentials',
  'secret-missing',
  'secret-locked',
  'server-gone',
  'server-chosen',
  'plaintext-declined',
  'cluster-missing',
  'unauthorised',
  'already-claimed',
  'not-allowed-now',
  'session-ended',
  'session-expired',
  'connection-lost',
  'timed-out',
  'not-supported-by-server',
  'not-an-openobd-service',
  'tls-failed',
  'proxy-failed',
  'endpoint-refused',
  'engine-failed',
  'function-failed',
  'car-not-reached',
  'prompt-answered',
  'prompt-withdrawn',
  'answer-invalid',
  'secret-in-text',
  'image-unavailable',
  'storage-failed',
  'disk-full',
  'partner-api-failed',
  'partner-api-forbidden',
  'partner-api-unreadable',
  'file-unreadable',
  'file-too-new',
  'certificate-unusable',
  'not-recorded',
  'too-many-requests',
  'update-unreachable',
  'update-not-signed',
  'update-damaged',
  'update-stale',
  'update-older',
  'update-not-installed',
  'update-job-open',
  'internal',
])
export type FailureCode = z.infer<typeof failureCodeSchema>

/** What the person can do next; the renderer offers it as a button where that makes sense. */
export const nextActionSchema = z.enum([
  'retry',
  'wait-and-retry',
  'correct-input',
  'check-connection',
  'check-credentials',
  'enter-secret',
  'choose-server',
  'interrupt-session',
  'restart-engine',
  'start-new-session',
  'none',
])
export type NextAction = z.infer<typeof nextActionSchema>

/** The usual next action for each code; a failure may name another one. */
export const usualNextAction: Readonly<Record<FailureCode, NextAction>> = {
  'invalid-input': 'correct-input',
  'not-found': 'none',
  'unknown-ticket': 'correct-input',
  'unknown-connector': 'correct-input',
  'connector-offline': 'wait-and-retry',
  'resource-in-use': 'interrupt-session',
  'no-free-resources': 'wait-and-retry',
  'wrong-credentials': 'check-credentials',
  'secret-missing': 'enter-secret',
  'secret-locked': 'none',
  'server-gone': 'choose-server',
  'server-chosen': 'none',
  'plaintext-declined': 'none',
  'cluster-missing': 'check-credentials',
  unauthorised: 'check-credentials',
  'already-claimed': 'start-new-session',
  'not-allowed-now': 'none',
  'session-ended': 'start-new-session',
  'session-expired': 'interrupt-session',
  'connection-lost': 'check-connection',
  'timed-out': 'retry',
  'not-supported-by-server': 'none',
  'not-an-openobd-service': 'check-connection',
  'tls-failed': 'check-connection',
  'proxy-failed': 'check-connection',
  'endpoint-refused': 'correct-input',
  'engine-failed': 'restart-engine',
  'function-failed': 'retry',
  'car-not-reached': 'none',
  'prompt-answered': 'none',
  'prompt-withdrawn': 'none',
  'answer-invalid': 'correct-input',
  'secret-in-text': 'correct-input',
  'image-unavailable': 'none',
  'storage-failed': 'none',
  'disk-full': 'retry',
  'partner-api-failed': 'wait-and-retry',
  'partner-api-forbidden': 'none',
  'partner-api-unreadable': 'none',
  'file-unreadable': 'none',
  'file-too-new': 'none',
  'certificate-unusable': 'none',
  'not-recorded': 'retry',
  'too-many-requests': 'wait-and-retry',
  'update-unreachable': 'retry',
  'update-not-signed': 'none',
  'update-damaged': 'retry',
  'update-stale': 'none',
  'update-older': 'none',
  'update-not-installed': 'retry',
  'update-job-open': 'none',
  internal: 'retry',
}

const lastingFailures: ReadonlySet<FailureCode> = new Set([
  'wrong-credentials',
  'secret-missing',
  'secret-locked',
  'cluster-missing',
  'unauthorised',
  'tls-failed',
  'proxy-failed',
  'not-an-openobd-service',
  'endpoint-refused',
  'not-supported-by-server',
  'invalid-input',
])

/** Whether the same call will fail until a person changes the settings of the server, or the server. */
export const lasts = ({ code }: Pick<Failure, 'code'>): boolean => lastingFailures.has(code)

/** An expected failure. It never carries a stack, a path, an endpoint or a token. */
export const failureSchema = z.object({
  code: failureCodeSchema,
  /** Values for the sentence, e.g. the ticket number. */
  parameters: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  nextAction: nextActionSchema,
  /** Finds the matching line in the log of main. */
  correlationId: z.string(),
  /** The message of the server, shown below our sentence where it helps (scrubbed in main). */
  detail: z.string().max(500).optional(),
})
export type Failure = z.infer<typeof failureSchema>

/** Result of an operation that may fail in an expected way. Bugs throw instead. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure }

/** An outcome that succeeded. */
export const succeeded = <T>(value: T): { ok: true; value: T } => ({ ok: true, value })
/** An outcome that failed in an expected way. */
export const failed = <F extends Failure>(failure: F): { ok: false; failure: F } => ({ ok: false, failure })

/** Parts of a failure that do not follow from its code. */
export type FailureParts = Partial<Pick<Failure, 'parameters' | 'nextAction' | 'detail'>>

/** A failure with its usual next action, and a correlation id of its own for the log. */
export const newFailure = (code: FailureCode, more: FailureParts = {}): Failure => ({
  code,
  nextAction: usualNextAction[code],
  correlationId: crypto.randomUUID(),
  ...more,
})

/** A failed outcome with a new failure. */
export const fail = (code: FailureCode, more?: FailureParts): { ok: false; failure: Failure } =>
  failed(newFailure(code, more))

/** Schema of the outcome of a call whose value has the given schema. */
export const outcomeSchema = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), value }),
    z.object({ ok: z.literal(false), failure: failureSchema }),
  ])
