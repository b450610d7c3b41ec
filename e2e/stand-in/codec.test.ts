import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codec } from './codec.ts'

const through = (value: unknown) => codec.decode(JSON.parse(JSON.stringify(codec.encode(value))))

describe('the codec between main and preload', () => {
  it('carries whatever a structured clone carries, as far as it is covered', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: false,
    })
    fc.assert(
      fc.property(anything, (value) => {
        expect(through(value)).toEqual(structuredClone(value))
      }),
    )
  })
  it.each([
    new Uint8Array([0, 1, 255]),
    new Uint16Array([1, 65_535]),
    new Uint8Array(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
    new Date(0),
    new Date(Number.NaN),
    new Map([[{ a: 1 }, new Set([1n])]]),
    undefined,
    -0,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
  ])('keeps %o as it is', (value) => {
    expect(through(value)).toEqual(value)
    expect(Object.prototype.toString.call(through(value))).toBe(Object.prototype.toString.call(value))
  })
  it('keeps a key named __proto__ a key and leaves prototypes alone', () => {
    const hostile = JSON.parse('{"__proto__":{"polluted":true},"$":"date"}') as object
    const copy = through(hostile) as object
    expect(Object.keys(copy)).toEqual(['__proto__', '$'])
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
  })
  it('keeps name and message of an error, never its stack', () => {
    const copy = through(new TypeError('no')) as Error
    expect(copy).toMatchObject({ name: 'TypeError', message: 'no' })
    expect(JSON.stringify(codec.encode(new TypeError('no')))).not.toContain('codec.test')
  })
  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a function inside', { deep: [() => 1] }],
    ['a promise', Promise.resolve()],
  ])('refuses %s, as Electron does', (_name, value) => {
    expect(() => codec.encode(value)).toThrow('could not be cloned')
  })
  it('refuses an object that contains itself', () => {
    const loop: Record<string, unknown> = {}
    loop.self = loop
    expect(() => codec.encode(loop)).toThrow('contains itself')
  })
})
