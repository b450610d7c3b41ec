import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../shared/facts.ts'
import { type TakenFacts, WaitingFacts } from './waiting-facts.ts'

const fact = (sequence: number, job = 'j', more: object = {}): Fact =>
  ({ kind: 'link-lost', job, sequence, at: sequence, actor: 'application', session: 's', ...more }) as Fact
const megabyte = 1024 * 1024
const large = (sequence: number, kind: Fact['kind']): Fact => fact(sequence, 'j', { kind, text: 'x'.repeat(megabyte) })

const numbersOf = (taken: TakenFacts | undefined) =>
  taken?.batches.map(({ job, facts }) => [job, facts.map(({ sequence }) => sequence)])
/** Whether a promise is settled. */
const isSettled = async (promise: Promise<void>) => {
  let settled = false
  void promise.then(() => {
    settled = true
  })
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
  return settled
}

describe('facts that wait for the disk', () => {
  it('are none at first', async () => {
    const waiting = new WaitingFacts()
    expect(waiting.take()).toBeUndefined()
    expect(await isSettled(waiting.add('j', []))).toBe(true)
  })

  it('are taken by job, and are still known until they are written', async () => {
    const waiting = new WaitingFacts()
    const first = waiting.add('a', [fact(1, 'a')])
    const second = waiting.add('b', [fact(1, 'b'), fact(2, 'b')])
    waiting.add('a', [fact(2, 'a')])
    const taken = waiting.take()
    expect(numbersOf(taken)).toEqual([
      ['a', [1, 2]],
      ['b', [1, 2]],
    ])
    expect(waiting.take()).toBeUndefined()
    waiting.add('a', [fact(3, 'a')])
    expect(waiting.of('a').map(({ sequence }) => sequence)).toEqual([1, 2, 3])
    expect([await isSettled(first), await isSettled(second)]).toEqual([false, false])
    taken?.written()
    expect([await isSettled(first), await isSettled(second)]).toEqual([true, true])
    expect(waiting.of('a').map(({ sequence }) => sequence)).toEqual([3])
    expect(waiting.of('b')).toEqual([])
    expect(numbersOf(waiting.take())).toEqual([['a', [3]]])
  })

  it('wait again before all others when the disk refuses', () => {
    const waiting = new WaitingFacts()
    waiting.add('a', [fact(1, 'a')])
    const taken = waiting.take()
    waiting.add('a', [fact(2, 'a')])
    taken?.putBack()
    expect(waiting.of('a').map(({ sequence }) => sequence)).toEqual([1, 2])
    expect(numbersOf(waiting.take())).toEqual([['a', [1, 2]]])
  })

  it('are taken 2,000 at once, the same number of each job, and at least one of each', () => {
    const many = new WaitingFacts()
    for (const job of ['a', 'b', 'c'])
      many.add(
        job,
        Array.from({ length: 900 }, (_none, index) => fact(index + 1, job)),
      )
    const taken = many.take()
    expect(taken?.batches.map(({ facts }) => facts.length)).toEqual([666, 666, 666])
    expect(many.take()?.batches.map(({ facts }) => facts.length)).toEqual([234, 234, 234])
    const jobs = new WaitingFacts()
    for (let job = 0; job < 2_500; job += 1) jobs.add(`j${job}`, [fact(1, `j${job}`), fact(2, `j${job}`)])
    expect(jobs.take()?.batches.map(({ facts }) => facts.length)).toEqual(Array(2_500).fill(1))
  })

  it('of a deleted job are dropped, and nobody waits for them any more', async () => {
    const waiting = new WaitingFacts()
    const gone = waiting.add('a', [fact(1, 'a')])
    const kept = waiting.add('b', [fact(1, 'b')])
    waiting.forget(['a'])
    expect([await isSettled(gone), await isSettled(kept)]).toEqual([true, false])
    expect([waiting.of('a'), numbersOf(waiting.take())]).toEqual([[], [['b', [1]]]])
  })
})

describe('more facts than there is room for', () => {
  const left = (sequence: number) => ({ ...fact(sequence), kind: 'facts-left-out', session: undefined, count: 1 })

  it('give way by kind: first log lines, then findings and prompts, then all others, the oldest first', () => {
    const waiting = new WaitingFacts()
    waiting.add('j', [large(1, 'job-described')])
    waiting.add('j', [large(2, 'function-found'), large(3, 'prompt-shown')])
    for (let sequence = 4; sequence <= 11; sequence += 1) waiting.add('j', [large(sequence, 'function-logged')])
    for (let sequence = 12; sequence <= 32; sequence += 1) waiting.add('j', [large(sequence, 'job-described')])
    const facts = waiting.of('j')
    const leftOut = facts.filter(({ kind }) => kind === 'facts-left-out').map(({ sequence }) => sequence)
    // 16 Mi characters are left: of 32 large facts the eight log lines, the two large kinds and the oldest others are gone.
    expect(leftOut).toEqual([1, ...Array.from({ length: 16 }, (_none, index) => index + 2)])
    expect(facts.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 32 }, (_none, index) => index + 1))
    expect(facts[0]).toEqual({ ...left(1), session: undefined })
  })

  it('only give way as far as needed, and a fact that gave way never counts as written', async () => {
    const waiting = new WaitingFacts()
    const logs = Array.from({ length: 40 }, (_none, index) => waiting.add('j', [large(index + 1, 'function-logged')]))
    const kinds = waiting.of('j').map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'facts-left-out')).toHaveLength(17)
    expect(kinds.slice(17)).toEqual(Array(23).fill('function-logged'))
    waiting.take()?.written()
    expect(await Promise.all([isSettled(logs[39] as Promise<void>), isSettled(logs[17] as Promise<void>)])).toEqual([
      true,
      true,
    ])
    expect(await isSettled(logs[0] as Promise<void>)).toBe(false)
  })

  it('have room again after they were written or deleted', () => {
    for (const makeRoom of [
      (waiting: WaitingFacts) => waiting.take()?.written(),
      (waiting: WaitingFacts) => waiting.forget(['j']),
    ]) {
      const waiting = new WaitingFacts()
      for (let sequence = 1; sequence <= 30; sequence += 1) waiting.add('j', [large(sequence, 'function-logged')])
      makeRoom(waiting)
      for (let sequence = 31; sequence <= 60; sequence += 1) waiting.add('j', [large(sequence, 'function-logged')])
      expect(waiting.of('j').map(({ kind }) => kind)).toEqual(Array(30).fill('function-logged'))
    }
  })
})
