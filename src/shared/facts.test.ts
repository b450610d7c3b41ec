import { describe, expect, it } from 'vitest'
import { readable, readFact } from './facts.ts'

const opened = {
  kind: 'job-opened',
  job: 'j1',
  sequence: 1,
  at: 1000,
  actor: 'mechanic',
  server: { key: 'embedded', profileId: 'embedded' },
  target: { kind: 'ticket', number: '7848095' },
}

describe('readFact', () => {
  it('reads a fact of this version', () => {
    expect(readFact('j1', 1, opened)).toEqual(opened)
  })

  it.each([
    ['a kind of a later version', { ...opened, kind: 'car-painted' }],
    ['a missing field', { ...opened, target: undefined }],
    ['the number of another fact', { ...opened, sequence: 2 }],
    ['the name of another job', { ...opened, job: 'j2' }],
    ['no object', 'nonsense'],
    ['nothing', undefined],
  ])('keeps %s as it is, and it is skipped', (_what, raw) => {
    const read = readFact('j1', 1, raw)
    expect(read).toEqual({ kind: 'unreadable', job: 'j1', sequence: 1, raw })
    expect(readable([read])).toEqual([])
  })
})
