import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { NewFact } from '../../shared/facts.ts'
import type { JournalTrouble } from '../../shared/journal-trouble.ts'
import type { Prompt, PromptControl } from '../../shared/prompt.ts'
import type { Job } from './job.ts'
import type { PromptHistory } from './projections/job-state.ts'
import { answerRecordLimitMs, PromptFacts } from './prompt-facts.ts'

const question: PromptControl = { kind: 'yesno', label: 'Is the ignition on?' }
const promptOf = (control: PromptControl = question): Prompt => ({
  id: '1.p',
  session: { key: 'h', licensePlate: 'HB-FC 2108', ticketNumber: '7848112' },
  functionName: 'F',
  target: 'customer',
  control,
  translations: {},
  hasImage: false,
  shownAt: 1,
  answer: { state: 'open' },
})
const answerTo = (sessionId: string) => ({
  prompt: promptOf(),
  sessionId,
  promptId: 'p',
  answerId: 'a',
  choice: { kind: 'yesno', yes: true } as const,
  device: 'touch' as const,
})

function setUp() {
  const clock = new ManualClock()
  const facts: NewFact[] = []
  const visits: NewFact[] = []
  const prompts: PromptHistory[] = []
  const written = Promise.withResolvers<void>()
  const journal: { trouble: { cause: JournalTrouble; since: number } | undefined } = { trouble: undefined }
  const job = {
    handle: 'h',
    state: { prompts },
    record: (fact: NewFact) => {
      facts.push(fact)
      if (fact.kind === 'prompt-shown') prompts.push({ ...fact, shownAt: 1, isAnswered: false })
      return { durable: written.promise }
    },
  } as unknown as Job
  const recorder = new PromptFacts({
    clock,
    journal,
    visitors: {
      record: (fact) => {
        visits.push(fact)
        return { durable: written.promise }
      },
    },
    jobOf: (sessionId) => (sessionId === 'ours' ? job : undefined),
  })
  return { clock, facts, visits, recorder, written, journal }
}

describe('a prompt of our session', () => {
  it('is recorded once, with its texts cut, and with its end', () => {
    const { recorder, facts } = setUp()
    const long: PromptControl = {
      kind: 'options',
      label: 'x'.repeat(4_000),
      options: Array(2_000).fill('y'.repeat(900)),
    }
    recorder.shown(promptOf(long), 'p', 'ours')
    recorder.shown(promptOf(long), 'p', 'ours')
    recorder.ended('p', 'ours', 'withdrawn')
    recorder.ended('q', 'ours', 'withdrawn')
    expect(facts.map(({ kind }) => kind)).toEqual(['prompt-shown', 'prompt-ended'])
    expect(JSON.stringify(facts[0]).length).toBeLessThan(300_000)
  })

  it('that only shows progress is recorded at most once a second', () => {
    const { recorder, facts, clock } = setUp()
    for (let number = 0; number < 40; number += 1) {
      recorder.shown(promptOf({ kind: 'label', label: `${number} %`, minimalDisplayTimeMs: 0 }), `p${number}`, 'ours')
      clock.advance(100)
    }
    expect(facts).toHaveLength(4)
  })

  it('of another session is no fact of ours', () => {
    const { recorder, facts, visits } = setUp()
    recorder.shown(promptOf(), 'p', 'theirs')
    recorder.ended('p', 'theirs', 'withdrawn')
    expect([facts, visits]).toEqual([[], []])
  })
})

describe('an answer', () => {
  it('may go out when it is on the disk', async () => {
    const { recorder, facts, written, clock } = setUp()
    const { sendable } = recorder.answering(answerTo('ours'))
    expect(facts).toMatchObject([{ kind: 'prompt-answered', actor: 'mechanic', answerId: 'a', device: 'touch' }])
    written.resolve()
    expect(await sendable).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  it('goes out unrecorded after 250 ms, and the disk gets it later', async () => {
    const { recorder, clock } = setUp()
    let sendable: boolean | undefined
    void recorder.answering(answerTo('ours')).sendable.then((value) => {
      sendable = value
    })
    await clock.advanceAsync(answerRecordLimitMs - 1)
    expect(sendable).toBeUndefined()
    await clock.advanceAsync(1)
    expect(sendable).toBe(false)
  })

  it('does not wait for a disk that is known to refuse', async () => {
    const { recorder, journal } = setUp()
    journal.trouble = { cause: 'disk-full', since: 1 }
    expect(await recorder.answering(answerTo('ours')).sendable).toBe(false)
  })

  it('to a session that is not ours is a fact of the visitors’ log', () => {
    const { recorder, facts, visits } = setUp()
    recorder.answering(answerTo('theirs'))
    recorder.settled(answerTo('theirs'), 'accepted')
    expect(facts).toEqual([])
    expect(visits).toMatchObject([
      { kind: 'visitor-answered', label: 'Is the ignition on?', place: 'HB-FC 2108 7848112', functionName: 'F' },
    ])
  })

  it('is followed by what became of it', () => {
    const { recorder, facts } = setUp()
    recorder.settled(answerTo('ours'), 'not-delivered')
    expect(facts).toEqual([
      { kind: 'answer-settled', actor: 'server', promptId: 'p', answerId: 'a', outcome: 'not-delivered' },
    ])
  })
})

describe('the fact of a prompt', () => {
  const shownFact = (control: PromptControl) => {
    const { recorder, facts } = setUp()
    recorder.shown(promptOf(control), 'p', 'ours')
    return facts[0]
  }

  it('says what was asked, by which function, on which screen and whether it can be answered here', () => {
    expect(shownFact(question)).toEqual({
      kind: 'prompt-shown',
      actor: 'function',
      session: 'h',
      promptId: 'p',
      functionName: 'F',
      target: 'customer',
      control: question,
    })
    expect(shownFact({ kind: 'unknown' })).toMatchObject({ control: { kind: 'unknown' } })
  })

  it('has texts of at most 500 characters and at most 500 choices', () => {
    const fact = shownFact({ kind: 'options', label: 'x'.repeat(501), options: Array(501).fill('y'.repeat(501)) })
    const control = fact?.kind === 'prompt-shown' ? fact.control : undefined
    expect(control?.kind === 'options' && [control.label.length, control.options.length]).toEqual([500, 500])
    expect(control?.kind === 'options' && control.options.every(({ length }) => length === 500)).toBe(true)
    const short = shownFact({ kind: 'yesno', label: 'x'.repeat(501) })
    expect(short?.kind === 'prompt-shown' && short.control.kind === 'yesno' && short.control.label.length).toBe(500)
  })

  it('of progress is recorded again after exactly a second, for each job on its own', () => {
    const { recorder, facts, clock } = setUp()
    const progress = (id: string) =>
      recorder.shown(promptOf({ kind: 'label', label: id, minimalDisplayTimeMs: 0 }), id, 'ours')
    progress('a')
    clock.advance(999)
    progress('b')
    recorder.shown(promptOf(), 'question', 'ours')
    clock.advance(1)
    progress('c')
    expect(facts.map((fact) => 'promptId' in fact && fact.promptId)).toEqual(['a', 'question', 'c'])
  })

  it('that ended has its reason', () => {
    const { recorder, facts } = setUp()
    recorder.shown(promptOf(), 'p', 'ours')
    recorder.ended('p', 'ours', 'taken-over')
    expect(facts[1]).toEqual({ kind: 'prompt-ended', actor: 'function', promptId: 'p', reason: 'taken-over' })
  })

  it('of an answer here is exact, for our session and for others', () => {
    const { recorder, facts, visits } = setUp()
    const given = {
      actor: 'mechanic',
      promptId: 'p',
      answerId: 'a',
      choice: { kind: 'yesno', yes: true },
      device: 'touch',
    }
    recorder.answering(answerTo('ours'))
    expect(facts).toEqual([{ kind: 'prompt-answered', ...given }])
    recorder.answering({
      ...answerTo('theirs'),
      prompt: {
        ...promptOf(),
        session: { key: 'k', connectorNumber: '900', licensePlate: '' },
        functionName: 'G'.repeat(501),
      },
    })
    expect(visits).toEqual([
      { kind: 'visitor-answered', ...given, functionName: 'G'.repeat(500), label: 'Is the ignition on?', place: '900' },
    ])
  })

  it('that is on the disk after the limit is still waited for by nobody', async () => {
    const { recorder, written, clock } = setUp()
    const { sendable, durable } = recorder.answering(answerTo('ours'))
    await clock.advanceAsync(answerRecordLimitMs)
    written.resolve()
    await durable
    expect(await sendable).toBe(false)
  })
})
