import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listChange, withListChange } from './keyed-lists.ts'

interface Item {
  readonly id: string
  readonly value: number
}
const idOf = ({ id }: Item) => id
const items = fc.uniqueArray(fc.record({ id: fc.constantFrom(...'abcdefgh'), value: fc.nat(3) }), { selector: idOf })

describe('the change of a list', () => {
  it('turns the old list into the new one, or is undefined', () => {
    fc.assert(
      fc.property(items, items, (before, drawn) => {
        const after = drawn.map(
          (item) => before.find(({ id, value }) => id === item.id && value === item.value) ?? item,
        )
        const change = listChange(before, after, idOf)
        if (change !== undefined) expect(withListChange(before, idOf, change)).toEqual(after)
      }),
    )
  })

  it('contains only new, changed and removed items', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((id) => ({ id, value: 1 })) as [Item, Item, Item]
    const changed = { id: 'b', value: 2 }
    const added = { id: 'd', value: 1 }
    expect(listChange([a, b, c], [a, changed, added], idOf)).toEqual({ put: [changed, added], gone: ['c'] })
    expect(listChange([a, b, c], [a, b, c], idOf)).toEqual({ put: [], gone: [] })
  })

  it('is undefined when the order changed or a key is repeated', () => {
    const [a, b] = ['a', 'b'].map((id) => ({ id, value: 1 })) as [Item, Item]
    expect(listChange([a, b], [b, a], idOf)).toBeUndefined()
    expect(listChange([], [a, a], idOf)).toBeUndefined()
  })
})
