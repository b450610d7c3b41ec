/** A Map or a Set, as far as its oldest entries are removed. */
interface Ordered<Key> {
  readonly size: number
  keys(): Iterable<Key>
  delete(key: Key): unknown
}

/** Removes the entries that were added first until at most `most` are left. */
export function dropOldest<Key>(entries: Ordered<Key>, most: number): void {
  for (const oldest of entries.keys()) {
    if (entries.size <= most) return
    entries.delete(oldest)
  }
}
