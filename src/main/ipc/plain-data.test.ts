import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { argumentCaps, copyPlainData } from './plain-data.ts'

const nested = (depth: number): unknown => (depth === 0 ? 1 : { inner: nested(depth - 1) })

describe('copyPlainData', () => {
  it.each<[string, unknown]>([
    ['a string beyond 16 KiB', 'x'.repeat(argumentCaps.stringBytes + 1)],
    ['a string whose bytes are beyond 16 KiB', '€'.repeat(argumentCaps.stringBytes / 2)],
    ['a key beyond 16 KiB', { ['k'.repeat(argumentCaps.stringBytes + 1)]: 1 }],
    ['more than 64 KiB in all', Array.from({ length: 5 }, () => 'x'.repeat(15_000))],
    ['more than 1,000 items', Array.from({ length: 1_001 }, () => 0)],
    ['more than 1,000 items in all', Array.from({ length: 40 }, () => Array.from({ length: 30 }, () => 0))],
    ['a sparse list of a billion', Object.assign([], { length: 1_000_000_000 })],
    ['more than 1,000 keys', Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [n, n]))],
    ['nine levels', nested(9)],
    ['a date', new Date()],
    ['a map', new Map()],
    ['a buffer', new Uint8Array(3)],
    ['an error', new Error('x')],
    ['a regular expression', /x/],
    ['a big integer', 1n],
    ['a symbol', Symbol('x')],
    ['a function', () => 1],
    ['an instance', new (class Thing {})()],
  ])('refuses %s', (_name, value) => {
    expect(copyPlainData(value)).toEqual({ ok: false })
  })

  it('refuses a cycle', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    expect(copyPlainData(circle)).toEqual({ ok: false })
  })

  it('accepts eight levels and exactly 16 KiB', () => {
    expect(copyPlainData(nested(8))).toMatchObject({ ok: true })
    expect(copyPlainData('x'.repeat(argumentCaps.stringBytes))).toMatchObject({ ok: true })
  })

  // @proves Security: A12 hostile arguments become a value or a failure
  it('drops keys that reach a prototype', () => {
    const hostile: unknown = JSON.parse('{"a":1,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')
    const copied = copyPlainData(hostile)
    expect(copied).toEqual({ ok: true, value: { a: 1 } })
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  it('returns an equal copy of any value, or refuses it', () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withDate: true, withMap: true, withTypedArray: true }),
        (value) => {
          const copied = copyPlainData(value)
          if (!copied.ok) return
          expect(copyPlainData(copied.value)).toEqual(copied)
        },
      ),
      { numRuns: 3_000 },
    )
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})
