import { type Failure, type FailureCode, newFailure } from '../../shared/outcome.ts'
import { type RefusalReason, UpdateRefused } from './update-refused.ts'

const byReason: Record<RefusalReason, FailureCode> = {
  'not-signed': 'update-not-signed',
  stale: 'update-stale',
  older: 'update-older',
  damaged: 'update-damaged',
  insecure: 'update-not-signed',
}

/** Codes of electron-updater and of the operating system. Everything else is a matter of the network. */
const byCode: Record<string, FailureCode> = {
  ERR_CHECKSUM_MISMATCH: 'update-damaged',
  ERR_UPDATER_INVALID_SIGNATURE: 'update-not-signed',
  ERR_UPDATER_NO_FILES_PROVIDED: 'update-damaged',
  ERR_UPDATER_ZIP_FILE_NOT_FOUND: 'update-damaged',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EACCES: 'update-not-installed',
  EBUSY: 'update-not-installed',
  EPERM: 'update-not-installed',
  EROFS: 'update-not-installed',
  ETXTBSY: 'update-not-installed',
}

/** The failure that a person reads when an update was not taken; the installed version goes on. */
export function updateFailure(error: unknown, otherwise: FailureCode = 'update-unreachable'): Failure {
  if (error instanceof UpdateRefused) return newFailure(byReason[error.reason])
  const { code } = (error ?? {}) as { code?: unknown }
  return newFailure((typeof code === 'string' ? byCode[code] : undefined) ?? otherwise)
}
