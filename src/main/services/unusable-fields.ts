import type { Cancel } from '../../openobd/clock.ts'
import { watchUnusableFields } from '../../openobd/wire/plausible.ts'
import type { Logger } from '../logging.ts'

/** Logs impossible values from servers, once per field. The returned function ends it. */
export function logUnusableFields(logger: Logger): Cancel {
  const logged = new Set<string>()
  return watchUnusableFields((field) => {
    if (logged.has(field)) return
    logged.add(field)
    logger.warn('a server sent an impossible value; it is shown as unknown', { kind: field })
  })
}
