import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../shared/facts.ts'
import { emptyJobLog, keptLines, withFacts } from './job-log-rows.ts'

const fact = (sequence: number, more: object = { kind: 'link-lost' }): Fact =>
  ({ job: 'j', sequence, at: sequence, actor: 'application', session: 's', ...more }) as unknown as Fact
const logged = (sequence: number, count: number, content = 'x', leftOut = 0) =>
  fact(sequence, {
    kind: 'function-logged',
    leftOut,
    lines: Array.from({ length: count }, (_, index) => ({ at: 1, level: 'info', content: `${content}${index}` })),
  })
const keys = (log: ReturnType<typeof withFacts>) => log.rows.map(({ key }) => key)

describe('the rows of a log', () => {
  it('do not change when facts come twice', () => {
    const once = withFacts(emptyJobLog, [fact(1), fact(2)])
    expect(withFacts(once, [fact(1), fact(2)])).toBe(once)
    expect(keys(withFacts(once, [fact(2), fact(3)]))).toEqual(['1', '2', '3'])
  })

  it('have a row per log line, and one that counts those which were left out', () => {
    const log = withFacts(emptyJobLog, [logged(1, 2, 'x', 7), fact(2)])
    expect(log.rows.map(({ kind }) => kind)).toEqual(['line', 'line', 'left-out', 'fact'])
    expect(new Set(keys(log)).size).toBe(4)
  })

  it('forget the oldest log lines beyond the limit, never a fact', () => {
    const log = withFacts(emptyJobLog, [fact(1), logged(2, keptLines), logged(3, 3), fact(4)])
    expect(log.forgotten).toBe(3)
    expect(log.rows).toHaveLength(keptLines + 2)
    expect(keys(log)[0]).toBe('1')
    expect(keys(log)[1]).toBe('2.3')
    expect(withFacts(log, [logged(5, 1)]).forgotten).toBe(4)
  })

  it('forget the oldest log lines when they are too long together', () => {
    const megabyte = 'x'.repeat(1024 * 1024)
    const log = withFacts(emptyJobLog, [logged(1, 6, megabyte), fact(2)])
    expect(log.forgotten).toBe(3)
    expect(log.rows).toHaveLength(4)
  })

  it('know the question of an answer also when it came with an earlier reading', () => {
    const control = { kind: 'options', label: 'Which?', options: ['a', 'b'] }
    const asked = withFacts(emptyJobLog, [fact(1, { kind: 'prompt-shown', promptId: 'p', control })])
    const [, answer] = withFacts(asked, [
      fact(2, { kind: 'prompt-answered', promptId: 'p', choice: { kind: 'options', option: 1 } }),
    ]).rows
    expect(answer).toMatchObject({ kind: 'fact', asked: control })
  })
})
