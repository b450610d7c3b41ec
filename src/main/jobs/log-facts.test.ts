import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { NewFact } from '../../shared/facts.ts'
import { LogFacts } from './log-facts.ts'

type Logged = Extract<NewFact, { kind: 'function-logged' }>

function setUp() {
  const clock = new ManualClock()
  const facts: Logged[] = []
  const log = new LogFacts('h', clock, (fact) => void facts.push(fact as Logged))
  const add = (content: string) => log.add({ at: clock.wallMs(), level: 'warning', content })
  return { clock, facts, log, add }
}

describe('the log lines of a session', () => {
  it('are recorded together once a second, and nothing is recorded when there are none', () => {
    const { clock, facts, add } = setUp()
    const at = clock.wallMs()
    add('first')
    clock.advance(400)
    add('second')
    clock.advance(599)
    expect(facts).toEqual([])
    clock.advance(1)
    expect(facts).toEqual([
      {
        kind: 'function-logged',
        actor: 'function',
        session: 'h',
        lines: [
          { at, level: 'warning', content: 'first' },
          { at: at + 400, level: 'warning', content: 'second' },
        ],
        leftOut: 0,
      },
    ])
    clock.advance(60_000)
    expect([facts.length, clock.pendingTimers]).toEqual([1, 0])
    add('third')
    clock.advance(1_000)
    expect(facts[1]?.lines.map(({ content }) => content)).toEqual(['third'])
  })

  it('beyond 1,000 in a second are only counted, anew in each second', () => {
    const { clock, facts, add } = setUp()
    for (let count = 0; count < 1_003; count += 1) add('x')
    clock.advance(1_000)
    for (let count = 0; count < 1_000; count += 1) add('x')
    clock.advance(1_000)
    expect(facts.map(({ lines, leftOut }) => [lines.length, leftOut])).toEqual([
      [1_000, 3],
      [1_000, 0],
    ])
  })

  it('are cut at 4,000 characters', () => {
    const { clock, facts, add } = setUp()
    add('x'.repeat(5_000))
    clock.advance(1_000)
    expect(facts[0]?.lines[0]?.content).toHaveLength(4_000)
  })

  it('are recorded at once when the session ends, and no timer is left', () => {
    const { clock, facts, log, add } = setUp()
    add('last')
    log.flush()
    log.flush()
    expect([facts.length, clock.pendingTimers]).toEqual([1, 0])
  })
})
