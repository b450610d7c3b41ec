import type { WorkbenchApi } from '../../shared/ipc/contract.ts'

/** A pointer that is down for longer than this, in ms, holds nothing back any more: its end may have been lost. */
const longestHoldMs = 1500

type Subscribe<T> = (listener: (payload: T) => void) => () => void

/**
 * Main's API, whose events wait while a pointer is down: nothing that main says moves or replaces what lies under a finger.
 * They come in their order once the press is over, and after 1.5 s in any case.
 */
export function steadyApi(api: WorkbenchApi, target: Window): WorkbenchApi {
  let timer: ReturnType<typeof setTimeout> | undefined
  let waiting: (() => void)[] = []
  const release = () => {
    clearTimeout(timer)
    timer = undefined
    const events = waiting
    waiting = []
    for (const tell of events) tell()
  }
  const hold = () => {
    clearTimeout(timer)
    timer = setTimeout(release, longestHoldMs)
  }
  // The click that belongs to the press comes in the same task; it must meet the page as it was.
  const releaseSoon = () => {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = setTimeout(release, 0)
  }
  const options = { capture: true }
  target.addEventListener('pointerdown', hold, options)
  for (const type of ['pointerup', 'pointercancel', 'blur']) target.addEventListener(type, releaseSoon, options)
  const steady =
    <T>(subscribe: Subscribe<T>): Subscribe<T> =>
    (listener) =>
      subscribe((payload) => {
        if (timer === undefined) listener(payload)
        else waiting.push(() => listener(payload))
      })
  return { ...api, onStateChanged: steady(api.onStateChanged), onLogAppended: steady(api.onLogAppended) }
}
