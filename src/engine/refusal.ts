/** Why something is refused. Only the server knows how the wire says it. */
export type RefusalKind =
  /** The request itself is wrong: bad hex, unset oneof, undefined enum. */
  | 'invalid-argument'
  /** No such session, connector, bus, variable or function. */
  | 'not-found'
  /** The thing exists already under another name. */
  | 'already-exists'
  /** The token is right but does not allow this now. */
  | 'permission-denied'
  /** The session, context or bus is in the wrong state. */
  | 'failed-precondition'
  /** A limit is reached. */
  | 'resource-exhausted'
  /** The thing exists but is not free at the moment; trying again later makes sense. */
  | 'unavailable'
  /** Another party has refused to do the work. */
  | 'aborted'
  /** Another party has not reacted in time. */
  | 'deadline-exceeded'
  /** The caller no longer waits for the answer. */
  | 'cancelled'
  /** The token is missing, expired or unknown. */
  | 'unauthenticated'

/** A refusal that the caller is meant to see, with a text that says what to do (protocol.md §3). */
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
