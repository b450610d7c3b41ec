/** How long something that has moved takes no press, in ms: the finger that comes down now was meant for what lay there before. */
export const settlingMs = 350

/** What is used of a layout shift (Layout Instability API, `LayoutShift`); its sources are the elements that moved. */
interface LayoutShift extends PerformanceEntry {
  readonly sources: readonly { readonly node: Node | null }[]
}

/** The attribute of elements that have just moved; the style sheet lets them take no pointer. */
export const movedAttribute = 'data-moved'

/**
 * Keeps presses away from whatever has just moved, whatever moved it: a question that came or went, a notice, a longer
 * list. Scrolling and what is moved by a transform do not count. Returns the function that ends it.
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
  // A press may come before the observer was told: what it has not seen yet is taken first.
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
