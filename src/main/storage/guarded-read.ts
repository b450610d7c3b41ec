/** Called when a read fails; the reader then returns its default. */
export type ReadFailed = (what: string) => void

/** The result of a read, or `otherwise` when it fails: an unreadable database page must not stop the window. */
export function guardedRead<T>(what: string, readFailed: ReadFailed, read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    readFailed(what)
    return otherwise
  }
}
