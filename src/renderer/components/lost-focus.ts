/** The attribute of the element that gets the focus when the focused one has gone: the heading of each screen. */
const focusPlace = '[data-focus-place]'

/**
 * Gives the focus a place when the focused element was removed: after a start, an answer, an end. Dialogs give it back
 * themselves, so it is looked at after two frames. Returns the function that ends it.
 */
export function guardLostFocus(target: Window & typeof globalThis): () => void {
  const { document } = target
  let last: Element | null = null
  let isLooking = false
  const look = () => {
    isLooking = false
    const focused = document.activeElement
    const isLost = focused === null || focused === document.body
    if (!isLost || last === null || last.isConnected) return
    const place = document.querySelector<HTMLElement>(focusPlace)
    if (place === null || place.closest('[inert],[aria-hidden="true"]') !== null) return
    place.focus({ preventScroll: true })
  }
  const remember = (event: FocusEvent) => {
    if (event.target instanceof target.Element) last = event.target
  }
  const observer = new target.MutationObserver(() => {
    if (isLooking || last === null || last.isConnected) return
    isLooking = true
    target.requestAnimationFrame(() => target.requestAnimationFrame(look))
  })
  observer.observe(document.body, { childList: true, subtree: true })
  document.addEventListener('focusin', remember)
  return () => {
    observer.disconnect()
    document.removeEventListener('focusin', remember)
  }
}
