/** Why an update is not taken. */
export type RefusalReason = 'not-signed' | 'stale' | 'older' | 'damaged' | 'insecure'

/** An update that must not be taken. */
export class UpdateRefused extends Error {
  readonly reason: RefusalReason

  constructor(reason: RefusalReason) {
    super(`update refused: ${reason}`)
    this.name = 'UpdateRefused'
    this.reason = reason
  }
}
