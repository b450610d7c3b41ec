/** Told when a disk refuses a read; the reader then gives nothing. */
export type ReadFailed = (what: string) => void

/** What a read gives, or `otherwise` when the disk refuses: a page that became unreadable must not stop the window. */
export function guardedRead<T>(what: string, readFailed: ReadFailed, read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    readFailed(what)
    return otherwise
  }
}
