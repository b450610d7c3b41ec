// Runs in the window: presses the tile of a job and notes when the page with its plate has been painted.
globalThis.switchTo = (plate) =>
  new Promise((resolve) => {
    const tile = [...document.querySelectorAll('.tile')].find((one) => one.textContent.includes(plate))
    const begin = performance.now()
    const painted = () =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => resolve(performance.now() - begin)
        port2.postMessage(0)
      })
    const observer = new MutationObserver(() => {
      if (!document.querySelector('.job-head h1')?.textContent.includes(plate)) return
      observer.disconnect()
      painted()
    })
    observer.observe(document.body, { childList: true, subtree: true, characterData: true })
    tile.click()
  })
