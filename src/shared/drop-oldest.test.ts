import { expect, it } from 'vitest'
import { dropOldest } from './drop-oldest.ts'

it.each([
  [0, []],
  [2, ['b', 'c']],
  [3, ['a', 'b', 'c']],
  [9, ['a', 'b', 'c']],
])('of three entries, at most %i are left: %j', (most, left) => {
  const set = new Set(['a', 'b', 'c'])
  const map = new Map(['a', 'b', 'c'].map((key) => [key, 1]))
  dropOldest(set, most)
  dropOldest(map, most)
  expect([...set]).toEqual(left)
  expect([...map.keys()]).toEqual(left)
})
