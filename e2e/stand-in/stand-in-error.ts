/** Thrown for each part of Electron that the stand-in does not cover. */
export class StandInError extends Error {
  override readonly name = 'StandInError'
}

// Properties that Node, promises and inspectors read from any object.
const harmless = new Set([
  'then',
  'catch',
  'toJSON',
  'inspect',
  'constructor',
  'nodeType',
  'domain',
  'captureRejections',
])

/** Wraps an object; reading a property that it does not have throws a StandInError. */
export function supportedOnly<T extends object>(name: string, object: T): T {
  return new Proxy(object, {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target || harmless.has(key)) return Reflect.get(target, key, receiver)
      throw new StandInError(`${name}.${key} is not covered by the stand-in.`)
    },
  })
}

/** Replaces a module or class of Electron that is not covered: any use throws a StandInError. */
export function notCovered(name: string): never {
  const refuse = (): never => {
    throw new StandInError(`${name} is not covered by the stand-in.`)
  }
  return new Proxy(class {}, {
    get: (target, key) =>
      typeof key === 'symbol' || harmless.has(key) || key === 'prototype' || key === 'name' || key === 'length'
        ? Reflect.get(target, key)
        : refuse(),
    construct: refuse,
    apply: refuse,
  }) as never
}
