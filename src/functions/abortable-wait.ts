import { setTimeout as wait } from 'node:timers/promises'

/** Resolves after the given milliseconds; rejects with the signal's reason as soon as it is aborted. */
export async function abortableWait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal })
  } catch {
    signal.throwIfAborted()
  }
}
