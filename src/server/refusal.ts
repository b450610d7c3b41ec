/** Why something is refused. `rpc/statuses.ts` maps each kind to a gRPC status. */
export type RefusalKind =
  /** The request itself is wrong: bad hex, unset oneof, undefined enum. */
  | 'invalid-argument'
  /** No such session, connector, bus, variable or function. */
  | 'not-found'
  /** It already exists. */
  | 'already-exists'
  /** The token is valid, but it does not allow this call. */
  | 'permission-denied'
  /** The session, context or bus is in the wrong state. */
  | 'failed-precondition'
  /** A limit is reached. */
  | 'resource-exhausted'
  /** It exists but is not available at the moment; the caller may retry later. */
  | 'unavailable'
  /** The other side refused. */
  | 'aborted'
  /** The other side did not react in time. */
  | 'deadline-exceeded'
  /** The caller no longer waits for the answer. */
  | 'cancelled'
  /** The token is missing, expired or unknown. */
  | 'unauthenticated'

/** An error for the caller, with a text that says what to do (protocol.md §3). */
export class Refusal extends Error {
  readonly kind: RefusalKind

  constructor(kind: RefusalKind, message: string) {
    super(message)
    this.name = 'Refusal'
    this.kind = kind
  }
}

const refusal = (kind: RefusalKind) => (message: string) => new Refusal(kind, message)

export const invalidArgument = refusal('invalid-argument')
export const notFound = refusal('not-found')
export const alreadyExists = refusal('already-exists')
export const permissionDenied = refusal('permission-denied')
export const failedPrecondition = refusal('failed-precondition')
export const resourceExhausted = refusal('resource-exhausted')
export const unavailable = refusal('unavailable')
export const aborted = refusal('aborted')
export const deadlineExceeded = refusal('deadline-exceeded')
export const cancelled = refusal('cancelled')
export const unauthenticated = refusal('unauthenticated')
