/**
 * Processes all items, at most `limit` at a time, and delivers each result as soon as all earlier ones are delivered. After the
 * first failure no new item starts; it is thrown when the running items have ended.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
  done: (result: R) => void,
): Promise<void> {
  const results = new Map<number, R>()
  let next = 0
  let handedOver = 0
  let failure: { readonly error: unknown } | undefined
  const worker = async () => {
    while (next < items.length && !failure) {
      const index = next++
      try {
        results.set(index, await work(items[index] as T))
        while (results.has(handedOver)) {
          done(results.get(handedOver) as R)
          results.delete(handedOver++)
        }
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (failure) throw failure.error
}
