/** How long a moved element accepts no press, in ms: the press was meant for what was there before. */
export const settlingMs = 350

/** The used part of a `LayoutShift` (Layout Instability API); its sources are the moved elements. */
interface LayoutShift extends PerformanceEntry {
  readonly sources: readonly { readonly node: Node | null }[]
}

/** The attribute of elements that have just moved; the style sheet makes them ignore pointers. */
export const movedAttribute = 'data-moved'

/**
 * Blocks presses on elements that have just moved, for any reason: a question that appears or ends, a notice, a longer list.
 * Scrolling and transforms do not count. Returns the function that ends it.
 */
export function guardMovedElements(target: Window & typeof globalThis): () => void {
  if (!target.PerformanceObserver?.supportedEntryTypes?.includes('layout-shift')) return () => undefined
  const timers = new Map<Element, ReturnType<typeof setTimeout>>()
  const forget = (element: Element) => {
    timers.delete(element)
    element.removeAttribute(movedAttribute)
  }
  const mark = (element: Element, movedAt: number) => {
    const left = movedAt + settlingMs - target.performance.now()
    if (left <= 0) return
    clearTimeout(timers.get(element))
    element.setAttribute(movedAttribute, '')
    timers.set(
      element,
      setTimeout(() => forget(element), left),
    )
  }
  const take = (entries: PerformanceEntryList) => {
    for (const { startTime, sources } of entries as LayoutShift[])
      for (const { node } of sources) if (node instanceof target.Element) mark(node, startTime)
  }
  const observer = new target.PerformanceObserver((list) => take(list.getEntries()))
  observer.observe({ type: 'layout-shift' })
  const heard = new AbortController()
  // A press may arrive before the observer is called, so pending entries are processed first.
  const refuse = (event: Event) => {
    take(observer.takeRecords())
    const pressed = event.target
    if (!(pressed instanceof target.Element) || pressed.closest(`[${movedAttribute}]`) === null) return
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  for (const type of ['pointerdown', 'mousedown', 'touchstart'])
    target.addEventListener(type, refuse, { capture: true, passive: false, signal: heard.signal })
  return () => {
    observer.disconnect()
    heard.abort()
    for (const [element, timer] of timers) {
      clearTimeout(timer)
      forget(element)
    }
  }
}
