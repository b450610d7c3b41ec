/** Lists of the state that may be long: main sends their changes. The value is the key field of the items. */
export const keyedLists = { tickets: 'number', connectors: 'number', prompts: 'id', jobs: 'id' } as const
export type KeyedList = keyof typeof keyedLists

/** The change of a list: `put` replaces items with the same key or is added at the end; `gone` are the keys of removed items. */
export interface ListChange<T> {
  readonly put: readonly T[]
  readonly gone: readonly string[]
}

/** The list after the change. */
export function withListChange<T>(list: readonly T[], keyOf: (item: T) => string, { put, gone }: ListChange<T>): T[] {
  const items = new Map(list.map((item) => [keyOf(item), item]))
  for (const key of gone) items.delete(key)
  for (const item of put) items.set(keyOf(item), item)
  return [...items.values()]
}

/** The change between two lists, whose unchanged items must be the same objects; undefined when the order changed. */
export function listChange<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (item: T) => string,
): ListChange<T> | undefined {
  const known = new Map(before.map((item) => [keyOf(item), item]))
  const present = new Set(after.map(keyOf))
  if (present.size !== after.length) return undefined
  const gone = [...known.keys()].filter((key) => !present.has(key))
  const put = after.filter((item) => known.get(keyOf(item)) !== item)
  const kept = [...known.keys()].filter((key) => present.has(key))
  const isSameOrder = kept.every((key, index) => after[index] !== undefined && keyOf(after[index] as T) === key)
  return isSameOrder ? { put, gone } : undefined
}
