const { contextBridge, ipcRenderer } = require('electron')

let preloadFailure = ''
try {
  require('node:fs')
} catch (error) {
  preloadFailure = error.message
}

contextBridge.exposeInMainWorld('contract', {
  echo: (...values) => ipcRenderer.invoke('echo', ...values),
  sender: () => ipcRenderer.invoke('sender'),
  fail: () => ipcRenderer.invoke('fail'),
  unknown: () => ipcRenderer.invoke('no-such-channel'),
  say: (text) => ipcRenderer.send('say', text),
  onNews(listener) {
    const heard = (_event, ...news) => listener(...news)
    ipcRenderer.on('news', heard)
    return () => ipcRenderer.removeListener('news', heard)
  },
  sum: (a, b) => a + b,
  nested: { deep: { value: 42 } },
  preloadFailure,
  // Made with the preload's own built-ins: what the page does to its own must not show here.
  ownBuiltIns: () => JSON.stringify([1, 2, 3].map((n) => n * 2)),
})
