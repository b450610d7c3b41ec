/** The part of Electron's `process.parentPort` that is used here. A utility process ends with its parent. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
}

/**
 * Calls `take` for each message of the process that started this one: a utility process of Electron, or a Node child with an IPC channel,
 * where `closed` is called when the other side is gone. False when there is neither.
 */
export function onMainMessage(take: (message: unknown) => void, closed: () => void): boolean {
  const port: ParentPort | undefined = Reflect.get(process, 'parentPort')
  if (port) {
    port.on('message', (event) => take(event.data))
    return true
  }
  if (!process.send) return false
  process.on('message', take)
  process.on('disconnect', closed)
  return true
}
