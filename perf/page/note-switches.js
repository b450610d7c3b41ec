// Runs in the window: presses a tile and resolves with the time until the job with that ticket has been painted.
globalThis.switchTo = (index, ticket) =>
  new Promise((resolve) => {
    const tile = document.querySelectorAll('.tile')[index]
    const begin = performance.now()
    const painted = () =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => resolve(performance.now() - begin)
        port2.postMessage(0)
      })
    const observer = new MutationObserver(() => {
      if (!document.querySelector('.job-head')?.textContent.includes(ticket)) return
      observer.disconnect()
      painted()
    })
    observer.observe(document.body, { childList: true, subtree: true, characterData: true })
    tile.click()
  })
