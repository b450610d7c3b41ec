// One expression, run in the preload's world: gives the preload its `require('electron')`.
;(membrane, codec, key, bindingName, facts, preload) => {
  if (window.top !== window) return
  const { tell, hear, pack } = membrane(key, 'preload')
  const toMain = globalThis[bindingName]
  const listeners = new Map()
  const waiting = new Map()
  let lastId = 0
  const send = (message) => toMain(JSON.stringify(message))

  const add = (channel, listener, once) => {
    listeners.set(channel, [...(listeners.get(channel) ?? []), { listener, once }])
  }
  const remove = (channel, listener) => {
    listeners.set(
      channel,
      (listeners.get(channel) ?? []).filter((entry) => entry.listener !== listener),
    )
  }
  const ipcRenderer = {
    invoke: (channel, ...args) =>
      new Promise((resolve, reject) => {
        const id = ++lastId
        const encoded = codec.encode(args)
        waiting.set(id, { resolve, reject })
        send({ kind: 'invoke', id, channel, args: encoded })
      }),
    send: (channel, ...args) => send({ kind: 'send', channel, args: codec.encode(args) }),
    on(channel, listener) {
      add(channel, listener, false)
      return this
    },
    once(channel, listener) {
      add(channel, listener, true)
      return this
    },
    off(channel, listener) {
      remove(channel, listener)
      return this
    },
    removeListener(channel, listener) {
      remove(channel, listener)
      return this
    },
    removeAllListeners(channel) {
      listeners.delete(channel)
      return this
    },
  }
  const contextBridge = {
    exposeInMainWorld: (name, api) => tell('expose', { name, packed: pack(api) }),
  }

  const receive = (text) => {
    const message = JSON.parse(text)
    if (message.kind === 'event') {
      for (const { listener, once } of listeners.get(message.channel) ?? []) {
        if (once) remove(message.channel, listener)
        listener({ sender: ipcRenderer }, ...codec.decode(message.args))
      }
      return
    }
    const call = waiting.get(message.id)
    waiting.delete(message.id)
    if ('failure' in message) call?.reject(new Error(message.failure))
    else call?.resolve(codec.decode(message.value))
  }
  Object.defineProperty(globalThis, `${bindingName}Back`, { value: receive })
  hear('open', (request) => send({ kind: 'window-open', ...request }))

  const covered = (name, module) =>
    new Proxy(module, {
      get(target, key) {
        if (typeof key === 'symbol' || key in target) return target[key]
        throw new Error(`StandInError: ${name}.${key} is not covered by the stand-in.`)
      },
    })
  const electron = covered('electron', {
    ipcRenderer: covered('ipcRenderer', ipcRenderer),
    contextBridge: covered('contextBridge', contextBridge),
  })
  const require = (name) => {
    if (name === 'electron' || name === 'electron/renderer') return electron
    throw new Error(`module not found: ${name} (a sandboxed preload has only electron)`)
  }
  const module = { exports: {} }
  const process = Object.freeze({ ...facts, env: {}, sandboxed: true, contextIsolated: true, type: 'renderer' })
  preload(require, module, module.exports, process)
}
