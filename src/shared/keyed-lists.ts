/** Lists of the state that can be long: main tells their differences. The value is the field that tells their items apart. */
export const keyedLists = { tickets: 'number', connectors: 'number', prompts: 'id' } as const
export type KeyedList = keyof typeof keyedLists

/** How a list changed: `put` replaces items of the same key, or comes at the end; `gone` are keys of items that are there no more. */
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

/** What to tell about a list whose unchanged items are the very same objects; undefined when its order is another one. */
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
