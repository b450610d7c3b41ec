import { describe, expect, it } from 'vitest'
import { choices } from '../protocol-choices.ts'
import { VariableList } from './variable-list.ts'

const most = choices.variableListBytes
/** The bytes left beside the key "a" and the rest of the message. */
const room = most - 33

const text = (length: number) => ({ key: 'a', value: 'x'.repeat(length) })
const packed = (length: number) => ({ key: 'a', object: { type_url: 'type', value: Buffer.alloc(length - 4) } })

describe.each([
  ['texts', text],
  ['packed messages', packed],
])('a list of %s', (_what, variable) => {
  it('takes what fits into one message, and not a byte more', () => {
    const list = new VariableList()
    expect(() => list.set('a', variable(room + 1))).toThrow(`at most ${most} bytes together`)
    expect(list.size).toBe(0)
    list.set('a', variable(room))
    expect(() => list.set('b', { key: 'b', value: '' })).toThrow('bytes together')
    expect([...list.keys()]).toEqual(['a'])
  })

  it('counts what takes the place of something else once, and a refused one not at all', () => {
    const list = new VariableList()
    const largest = variable(room)
    for (let round = 0; round < 10; round += 1) list.set('a', largest)
    expect(() => list.set('a', variable(room + 1))).toThrow('bytes together')
    expect(list.get('a')).toBe(largest)
    list.set('a', variable(10)).set('b', { ...variable(10), key: 'b' })
    expect(list.size).toBe(2)
  })

  it.each([
    ['deleted', (list: VariableList) => list.delete('a')],
    ['cleared', (list: VariableList) => list.clear()],
  ])('has room again for what was %s, and no more', (_how, remove) => {
    const list = new VariableList()
    list.set('a', variable(room))
    remove(list)
    remove(list)
    list.set('a', variable(room))
    expect(() => list.set('b', { key: 'b', value: '' })).toThrow('bytes together')
  })
})

it('a list of letters beyond ASCII counts their bytes', () => {
  expect(() => new VariableList().set('a', { key: 'a', value: 'ü'.repeat(room / 2 + 1) })).toThrow('bytes together')
})
