import type { WorkbenchApi } from '../../shared/ipc/contract.ts'

/** A pointer that is down for longer than this, in ms, delays no events any more: its end may have been lost. */
const longestHoldMs = 1500

type Subscribe<T> = (listener: (payload: T) => void) => () => void

/**
 * Main's API, with events delayed while a pointer is down, so that no event moves or replaces what is under a finger. They are
 * delivered in order when the press has ended, at the latest after 1.5 s.
 */
export function pointerSafeApi(api: WorkbenchApi, target: Window): WorkbenchApi {
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
  // The click of the press comes in the same task and must reach the page as it was.
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
