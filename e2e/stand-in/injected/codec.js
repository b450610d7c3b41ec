// One expression, evaluated in Node and in the preload's world: structured-clone values as JSON and back.
;(() => {
  const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  const toBase64 = (bytes) => {
    if (typeof Buffer !== 'undefined') return Buffer.from(bytes).toString('base64')
    let text = ''
    for (const byte of bytes) text += String.fromCharCode(byte)
    return btoa(text)
  }
  const fromBase64 = (text) =>
    typeof Buffer !== 'undefined'
      ? new Uint8Array(Buffer.from(text, 'base64'))
      : Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  const viewTypes = { Uint8Array, Uint8ClampedArray, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array }
  const tag = (kind, value) => ({ $: kind, value })

  const encodeObject = (value, seen) => {
    if (seen.includes(value)) throw new Error('An object could not be cloned: it contains itself.')
    const inner = [...seen, value]
    if (Array.isArray(value)) return value.map((item) => encode(item, inner))
    if (value instanceof Date) return tag('date', encode(value.getTime()))
    if (value instanceof ArrayBuffer) return tag('buffer', toBase64(new Uint8Array(value)))
    if (ArrayBuffer.isView(value)) {
      const type = Object.keys(viewTypes).find((name) => value instanceof viewTypes[name])
      if (!type) throw new Error('An object could not be cloned: the stand-in does not carry this kind of bytes.')
      return { $: 'bytes', type, value: toBase64(bytesOf(value)) }
    }
    if (value instanceof Map) return tag('map', encode([...value], inner))
    if (value instanceof Set) return tag('set', encode([...value], inner))
    if (value instanceof Error) return { $: 'error', name: value.name, message: value.message }
    if (value instanceof Promise || value instanceof WeakMap) throw new Error('An object could not be cloned.')
    const entries = Object.keys(value).map((key) => [key, encode(value[key], inner)])
    return tag('object', entries)
  }

  function encode(value, seen = []) {
    switch (typeof value) {
      case 'undefined':
        return tag('undefined')
      case 'bigint':
        return tag('bigint', String(value))
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : tag('number', String(1 / value === -Infinity ? '-0' : value))
      case 'function':
      case 'symbol':
        throw new Error('An object could not be cloned.')
      case 'object':
        return value === null ? null : encodeObject(value, seen)
      default:
        return value
    }
  }

  const decoders = {
    undefined: () => undefined,
    bigint: ({ value }) => BigInt(value),
    number: ({ value }) => Number(value),
    date: ({ value }) => new Date(decode(value)),
    buffer: ({ value }) => fromBase64(value).buffer,
    bytes: ({ type, value }) => new viewTypes[type](fromBase64(value).buffer),
    map: ({ value }) => new Map(decode(value)),
    set: ({ value }) => new Set(decode(value)),
    error: ({ name, message }) => Object.assign(new Error(message), { name }),
    // Defined, not assigned: a key named __proto__ stays a key.
    object: ({ value }) => {
      const object = {}
      for (const [key, item] of value) {
        Object.defineProperty(object, key, {
          value: decode(item),
          enumerable: true,
          writable: true,
          configurable: true,
        })
      }
      return object
    },
  }

  function decode(value) {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(decode)
    return decoders[value.$](value)
  }
  return { encode, decode }
})()
