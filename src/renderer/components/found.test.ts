import { describe, expect, it } from 'vitest'
import { finder } from './found.ts'

const car = ['HB-FC 2108', '7848095', 'Citroën C3', 'Lift 2', undefined, '']
const other = ['NT 48 216', '7848112', 'Volvo', 'Lift 20', '2']
const found = (search: string) => [car, other].filter(finder(search, [car, other]))

describe('a search', () => {
  it.each(['hbfc', 'HB FC 2108', 'hb-fc2108', '2108', 'citroen', 'CITROËN', '  7848095 ', 'c3 hb'])(
    'finds a car by "%s"',
    (search) => expect(found(search)).toEqual([car]),
  )

  it.each(['hbfd', '21088', 'lift 3', 'hb volvo', 'C4'])('finds nothing by "%s"', (search) =>
    expect(found(search)).toEqual([]),
  )

  it.each(['', '   ', 'lift 2', '78481 lift', '4'])('finds both by "%s" or only what has it', (search) =>
    expect(found(search)).toEqual(search === '78481 lift' ? [other] : [car, other]),
  )

  it('takes words together before it takes them one by one', () => {
    const lifts = ['Lift 1', 'Lift 2', 'Lift 3'].map((lift, index) => [lift, `78482${index}`])
    const by = (search: string) => lifts.filter(finder(search, lifts)).map(([lift]) => lift)
    expect(by('lift 2')).toEqual(['Lift 2'])
    expect(by('2 lift')).toEqual(['Lift 2'])
    expect(by('lift 4')).toEqual([])
  })

  it('takes every character as it is', () => {
    const by = (search: string, text: string) => finder(search, [[text]])([text])
    expect(by('.*', 'anything')).toBe(false)
    expect(by('(', 'a(b')).toBe(true)
    expect(by('[a-z]', 'b')).toBe(false)
    expect(by('مرحبا', 'مرحبا بكم')).toBe(true)
    expect(by('🚗', 'my 🚗')).toBe(true)
  })
})
