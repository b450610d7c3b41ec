// One expression: the two worlds of a page (its own and the preload's) hand values to each other, as contextBridge does.
// Functions become proxies, promises settle on both sides, everything else crosses as a structured clone. Runs before any
// script of the page and keeps its own references, so that a page that overwrites built-ins changes nothing here.
;(key, side) => {
  const other = side === 'page' ? 'preload' : 'page'
  const target = document
  const dispatch = EventTarget.prototype.dispatchEvent.bind(target)
  const listen = EventTarget.prototype.addEventListener.bind(target)
  const MessageEvent = CustomEvent
  const functions = new Map()
  const promises = new Map()
  const replies = new Map()
  let lastId = 0

  const tell = (kind, detail) => dispatch(new MessageEvent(`${key}-${other}-${kind}`, { detail }))
  const hear = (kind, listener) =>
    listen(`${key}-${side}-${kind}`, (event) => {
      event.stopImmediatePropagation()
      listener(event.detail)
    })
  const messageOf = (error) => String(error?.message ?? error)

  const packPromise = (promise) => {
    const id = ++lastId
    promise.then(
      (value) => tell('settled', { id, value: pack(value) }),
      (error) => tell('settled', { id, error: messageOf(error) }),
    )
    return { promise: id }
  }
  const packFunction = (callee) => {
    const id = ++lastId
    functions.set(id, callee)
    return { callee: id }
  }
  const isPlain = (value) => {
    const prototype = Object.getPrototypeOf(value)
    return prototype === null || Object.getPrototypeOf(prototype) === null
  }
  const pack = (value) => {
    if (typeof value === 'function') return packFunction(value)
    if (typeof value !== 'object' || value === null) return { value }
    if (value instanceof Promise) return packPromise(value)
    if (value instanceof Error) return { error: value.message }
    if (Array.isArray(value)) return { items: value.map(pack) }
    if (isPlain(value)) return { members: Object.keys(value).map((name) => [name, pack(value[name])]) }
    return { value }
  }

  const unpackMembers = (members) => {
    const object = {}
    for (const [name, packed] of members) {
      Object.defineProperty(object, name, { value: unpack(packed), enumerable: true })
    }
    return Object.freeze(object)
  }
  const unpack = (packed) => {
    if ('callee' in packed) return proxyOf(packed.callee)
    if ('promise' in packed) return new Promise((resolve, reject) => promises.set(packed.promise, { resolve, reject }))
    if ('error' in packed) return new Error(packed.error)
    if ('items' in packed) return packed.items.map(unpack)
    if ('members' in packed) return unpackMembers(packed.members)
    return packed.value
  }
  const proxyOf = (callee) =>
    Object.freeze((...args) => {
      const id = ++lastId
      tell('call', { id, callee, args: args.map(pack) })
      const reply = replies.get(id)
      replies.delete(id)
      if (!reply) throw new Error('An object could not be cloned.')
      if ('failure' in reply) throw new Error(reply.failure)
      return unpack(reply.value)
    })

  hear('call', ({ id, callee, args }) => {
    try {
      tell('reply', { id, value: pack(functions.get(callee)(...args.map(unpack))) })
    } catch (error) {
      tell('reply', { id, failure: messageOf(error) })
    }
  })
  hear('reply', (reply) => replies.set(reply.id, reply))
  hear('settled', ({ id, value, error }) => {
    const promise = promises.get(id)
    promises.delete(id)
    if (value) promise?.resolve(unpack(value))
    else promise?.reject(new Error(error))
  })
  return { tell, hear, pack, unpack }
}
