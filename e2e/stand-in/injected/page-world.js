// One expression, run in the page's own world: shows what the preload exposes, and lets no window open.
;(membrane, key) => {
  if (window.top !== window) return
  const { tell, hear, unpack } = membrane(key, 'page')
  hear('expose', ({ name, packed }) => {
    Object.defineProperty(globalThis, name, { value: unpack(packed), enumerable: true })
  })
  globalThis.open = (address, target, features) => {
    tell('open', { address: String(new URL(address ?? 'about:blank', location.href)), target, features })
    return null
  }
}
