import type { Cancel } from '../../openobd/clock.ts'
import { watchUnusableFields } from '../../openobd/wire/plausible.ts'
import type { Logger } from '../logging.ts'

/** Logs once per field that servers send values which cannot be true; stop it with the returned function. */
export function logUnusableFields(logger: Logger): Cancel {
  const logged = new Set<string>()
  return watchUnusableFields((field) => {
    if (logged.has(field)) return
    logged.add(field)
    logger.warn('a server sent a value that cannot be true; it is shown as not known', { kind: field })
  })
}
