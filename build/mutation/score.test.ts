import { describe, expect, it } from 'vitest'
import { isNoticed, sampled, scoreProblem, scoreText } from './score.ts'

const mutants = Array.from({ length: 500 }, (_, number) => ({ name: `mutant ${number}` }))
const names = (sample: readonly { name: string }[]) => sample.map(({ name }) => name)

describe('the sample', () => {
  it('is the same for the same seed and another for another one', () => {
    expect(sampled(mutants, '1', 50)).toEqual(sampled([...mutants].reverse(), '1', 50))
    expect(names(sampled(mutants, '2', 50))).not.toEqual(names(sampled(mutants, '1', 50)))
  })

  it('changes only where mutants came or went', () => {
    const before = names(sampled(mutants, '1', 50))
    const after = names(sampled([...mutants, { name: 'a new one' }], '1', 50))
    expect(after.filter((name) => !before.includes(name)).length).toBeLessThanOrEqual(1)
  })

  it('takes everything when there is less than asked for', () => {
    expect(sampled(mutants.slice(0, 3), '1', 50)).toHaveLength(3)
  })
})

describe('the score', () => {
  it('counts what was noticed, also tests that no longer end', () => {
    expect(scoreText(['killed', 'timeout', 'survived', 'no-test'])).toBe('2 of 4, 50.0 %')
    expect(scoreText([])).toBe('0 of 0, 0.0 %')
    expect([isNoticed('killed'), isNoticed('no-test'), isNoticed(undefined)]).toEqual([true, false, false])
  })

  it('is not given when too many test files failed without any mutant, and names them', () => {
    const candidates = Array.from({ length: 100 }, (_, number) => `${number}.test.ts`)
    expect(scoreProblem(candidates, candidates)).toBeUndefined()
    expect(scoreProblem(candidates, candidates.slice(2))).toBeUndefined()
    expect(scoreProblem(candidates, candidates.slice(3))).toBe(
      '3 of 100 test files failed or did not load without any mutant:\n0.test.ts\n1.test.ts\n2.test.ts',
    )
  })
})
