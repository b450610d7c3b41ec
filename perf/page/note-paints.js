// Runs in the window: notes when each numbered prompt has been painted, i.e. the task after the first frame that has its text.
;(() => {
  const painted = {}
  globalThis.painted = painted
  const look = () => {
    const number = /measured prompt (\d+)\./.exec(document.body.textContent ?? '')?.[1]
    if (number === undefined || painted[number] !== undefined) return
    painted[number] = 0
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        painted[number] = performance.timeOrigin + performance.now()
      }
      port2.postMessage(0)
    })
  }
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true })
})()
