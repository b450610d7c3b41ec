import { describe, expect, it } from 'vitest'
import { type CallOutcome, refused } from '../../openobd/failure.ts'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { AnswerOutcome, AnswerReceipt } from '../../openobd/wire/prompt-answer.ts'
import type { ShownPrompt } from '../../openobd/wire/shown-prompt.ts'
import { succeeded } from '../../shared/outcome.ts'
import type { PromptChoice } from '../../shared/prompt.ts'
import { Prompts } from './prompts.ts'

const yes: PromptChoice = { kind: 'yesno', yes: true }

function setUp() {
  const clock = new ManualClock(5_000)
  const facts: unknown[] = []
  const replies: CallOutcome<AnswerReceipt>[] = []
  const disk = { sendable: Promise.resolve(true), durable: Promise.resolve() }
  let published = 0
  let plate = 'HB-FC 2108'
  const prompts = new Prompts({
    clock,
    random: () => 0,
    idPrefix: '1.',
    isKeptHere: () => false,
    sendAnswer: () => () => Promise.resolve(replies.shift() ?? receipt('accepted')),
    describeSession: (id) => ({ session: { key: `key of ${id}`, licensePlate: plate } }),
    recorder: {
      shown: (_prompt, promptId, sessionId) => void facts.push(['shown', promptId, sessionId]),
      ended: (...fact) => void facts.push(['ended', ...fact]),
      answering: () => disk,
      settled: ({ answerId }, outcome) => void facts.push(['settled', answerId, outcome]),
    },
    publish: () => {
      published += 1
    },
  })
  const move = (to: string) => {
    plate = to
  }
  return { clock, prompts, facts, replies, disk, move, published: () => published }
}

const receipt = (outcome: AnswerOutcome) => succeeded({ outcome, detail: '' })
const shown = (id: string, more: Partial<ShownPrompt> = {}): ShownPrompt => ({
  id,
  sessionId: 's1',
  functionName: 'F',
  screen: { target: 'operator', control: { kind: 'yesno', label: `Q ${id}` }, translations: {} },
  contextId: '',
  ...more,
})

describe('a prompt', () => {
  it('has everything that the page needs, and no address of its picture', () => {
    const { prompts } = setUp()
    const screen = {
      target: 'operator',
      control: { kind: 'yesno', label: 'On?' },
      translations: { 'On?': { de: 'Ein?' } },
      imageUrl: 'https://pictures.test/a.png',
    } as const
    prompts.show(shown('p', { screen, shownAt: 7 }))
    expect(prompts.list).toEqual([
      {
        id: '1.p',
        session: { key: 'key of s1', licensePlate: 'HB-FC 2108' },
        functionName: 'F',
        target: 'operator',
        control: { kind: 'yesno', label: 'On?' },
        translations: { 'On?': { de: 'Ein?' } },
        hasImage: true,
        shownAt: 7,
        answer: { state: 'open' },
      },
    ])
    expect(prompts.imageUrlOf('1.p')).toBe('https://pictures.test/a.png')
    expect(prompts.imageUrlOf('p')).toBeUndefined()
  })

  it('without a time was shown now, without a picture has none, and may be answered already', () => {
    const { prompts } = setUp()
    prompts.show(shown('p', { answeredAt: 6_000, functionName: '' }))
    const [prompt] = prompts.list
    expect(prompt).toMatchObject({ shownAt: 5_000, hasImage: false, functionName: '', answer: { state: 'answered' } })
    expect(prompts.imageUrlOf('1.p')).toBeUndefined()
  })

  it('is known while it is shown, and afterwards when it was answered here', async () => {
    const { prompts } = setUp()
    prompts.show(shown('p'))
    prompts.show(shown('q'))
    await prompts.answer('1.p', 'a1', yes)
    prompts.end('p', 'withdrawn')
    prompts.end('q', 'withdrawn')
    expect(['1.p', '1.q', '1.r'].map((id) => prompts.knows(id))).toEqual([true, false, false])
  })

  it('is remembered for the last 100 answers', async () => {
    const { prompts } = setUp()
    for (let n = 0; n <= 100; n += 1) {
      prompts.show(shown(`p${n}`))
      await prompts.answer(`1.p${n}`, `a${n}`, yes)
      prompts.end(`p${n}`, 'withdrawn')
    }
    expect(['1.p0', '1.p1', '1.p100'].map((id) => prompts.knows(id))).toEqual([false, true, true])
  })

  it('that ended without an answer is listed with its question and its time, others are not', async () => {
    const { prompts } = setUp()
    prompts.show(shown('open'))
    prompts.show(shown('answered'))
    await prompts.answer('1.answered', 'a1', yes)
    prompts.end('open', 'session-ended')
    prompts.end('answered', 'withdrawn')
    prompts.end('unknown', 'withdrawn')
    expect(prompts.ended).toEqual([{ id: '1.open', reason: 'session-ended', label: 'Q open', endedAt: 5_000 }])
  })

  it('goes away with its server, with everything that ended there', () => {
    const { prompts, facts, published } = setUp()
    prompts.show(shown('p'))
    prompts.show(shown('q'))
    prompts.end('q', 'replaced')
    const before = published()
    prompts.clear()
    expect([prompts.list, prompts.ended, published()]).toEqual([[], [], before + 1])
    expect(facts.at(-1)).toEqual(['ended', 'p', 's1', 'withdrawn'])
  })
})

describe('the car of a prompt', () => {
  it('is described again only for those that are concerned', () => {
    const { prompts, move, published } = setUp()
    prompts.show(shown('p'))
    prompts.show(shown('q', { sessionId: 's2' }))
    const [first, second] = prompts.list
    move('WI-AB 1')
    const before = published()
    prompts.refreshSessions((session, sessionId) => session.licensePlate === 'HB-FC 2108' && sessionId === 's2')
    expect(prompts.list.map(({ session }) => session.licensePlate)).toEqual(['HB-FC 2108', 'WI-AB 1'])
    expect([prompts.list[0], published()]).toEqual([first, before + 1])
    expect(prompts.list[1]).not.toBe(second)
    prompts.refreshSessions(() => false)
    prompts.refreshSessions((_session, sessionId) => sessionId === 's2')
    expect(published()).toBe(before + 1)
  })
})

describe('the receipt of an answer', () => {
  it.each<[AnswerOutcome, string, string | undefined, object | undefined]>([
    ['accepted', 'accepted', undefined, { state: 'answered', choice: yes }],
    ['answered', 'already-answered', 'prompt-answered', { state: 'answered' }],
    ['withdrawn', 'withdrawn', 'prompt-withdrawn', undefined],
    ['invalid', 'refused', 'answer-invalid', { state: 'open' }],
    ['unknown', 'refused', 'answer-invalid', { state: 'open' }],
  ])('%s is recorded as %s and fails with %s; the prompt is then %o', async (outcome, fact, code, answer) => {
    const { prompts, facts, replies } = setUp()
    replies.push(receipt(outcome))
    prompts.show(shown('p'))
    const result = await prompts.answer('1.p', 'a1', yes)
    expect(result.ok ? undefined : result.failure.code).toBe(code)
    expect(facts).toContainEqual(['settled', 'a1', fact])
    expect(prompts.list[0]?.answer).toEqual(answer)
    expect(prompts.ended.map(({ reason }) => reason)).toEqual(outcome === 'withdrawn' ? ['withdrawn'] : [])
  })

  it('that says no frees the prompt for another answer', async () => {
    const { prompts, facts, replies } = setUp()
    replies.push(receipt('invalid'))
    prompts.show(shown('p'))
    await prompts.answer('1.p', 'a1', yes)
    expect(await prompts.answer('1.p', 'a2', yes)).toEqual({ ok: true, value: null })
    expect(facts.slice(-1)).toEqual([['settled', 'a2', 'accepted']])
  })

  it('takes the prompt off the list of those that ended without an answer', async () => {
    const { prompts, replies, disk } = setUp()
    const slow = Promise.withResolvers<boolean>()
    disk.sendable = slow.promise
    replies.push(receipt('accepted'))
    prompts.show(shown('p'))
    prompts.show(shown('q'))
    const outcome = prompts.answer('1.p', 'a1', yes)
    prompts.end('p', 'withdrawn')
    prompts.end('q', 'withdrawn')
    expect(prompts.ended).toHaveLength(2)
    slow.resolve(true)
    expect(await outcome).toMatchObject({ ok: true })
    expect(prompts.ended.map(({ id }) => id)).toEqual(['1.q'])
  })
})

describe('an answer that the disk has not taken yet', () => {
  it('is marked while it is sent and when it is accepted, until the disk has it', async () => {
    const { prompts, disk } = setUp()
    const durable = Promise.withResolvers<void>()
    disk.sendable = Promise.resolve(false)
    disk.durable = durable.promise
    prompts.show(shown('p'))
    const outcome = prompts.answer('1.p', 'a1', yes)
    expect(prompts.list[0]?.answer).toEqual({ state: 'sending', choice: yes })
    await outcome
    expect(prompts.list[0]?.answer).toEqual({ state: 'answered', choice: yes, unrecorded: true })
    durable.resolve()
    await durable.promise
    await Promise.resolve()
    expect(prompts.list[0]?.answer).toEqual({ state: 'answered', choice: yes })
  })

  it('is not marked any more when the disk has it before the server answers', async () => {
    const { prompts, disk, replies, clock } = setUp()
    const durable = Promise.withResolvers<void>()
    disk.sendable = Promise.resolve(false)
    disk.durable = durable.promise
    replies.push(refused('viewer/answerPrompt', 'connection-lost', { certainty: 'unclear' }))
    prompts.show(shown('p'))
    const outcome = prompts.answer('1.p', 'a1', yes)
    await clock.advanceAsync(0)
    expect(prompts.list[0]?.answer).toEqual({ state: 'sending', choice: yes, unrecorded: true })
    durable.resolve()
    await clock.advanceAsync(0)
    expect(prompts.list[0]?.answer).toEqual({ state: 'sending', choice: yes })
    await clock.advanceAsync(1_000)
    expect(await outcome).toMatchObject({ ok: true })
    expect(prompts.list[0]?.answer).toEqual({ state: 'answered', choice: yes })
  })

  it('is forgotten with its prompt', async () => {
    const { prompts, disk, published } = setUp()
    const durable = Promise.withResolvers<void>()
    disk.sendable = Promise.resolve(false)
    disk.durable = durable.promise
    prompts.show(shown('p'))
    await prompts.answer('1.p', 'a1', yes)
    prompts.end('p', 'withdrawn')
    const before = published()
    durable.resolve()
    await durable.promise
    await Promise.resolve()
    expect([prompts.list, published()]).toEqual([[], before])
  })
})

describe('an answer that cannot be delivered', () => {
  it('is repeated for 30 s, then the prompt opens again and the last failure is the outcome', async () => {
    const { prompts, replies, facts, clock } = setUp()
    const lost = refused('viewer/answerPrompt', 'timed-out', { certainty: 'unclear' })
    replies.push(...Array.from({ length: 60 }, () => lost))
    prompts.show(shown('p'))
    let outcome: unknown
    void prompts.answer('1.p', 'a1', yes).then((value) => {
      outcome = value
    })
    await clock.advanceAsync(29_000)
    expect(outcome).toBeUndefined()
    await clock.advanceAsync(2_000)
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'timed-out' } })
    expect(facts.at(-1)).toEqual(['settled', 'a1', 'not-delivered'])
    expect(prompts.list[0]?.answer).toEqual({ state: 'open' })
  })

  it.each([
    [{ certainty: 'refused', answered: true } as const, 1],
    [{ certainty: 'refused', answered: false } as const, 2],
    [{ certainty: 'unclear', answered: true } as const, 2],
  ])('with %o is tried %i times', async (more, tries) => {
    const { prompts, replies, facts, clock } = setUp()
    replies.push(refused('viewer/answerPrompt', 'unauthorised', more))
    prompts.show(shown('p'))
    const outcome = prompts.answer('1.p', 'a1', yes)
    await clock.advanceAsync(1_000)
    expect((await outcome).ok).toBe(tries > 1)
    expect(facts.at(-1)).toEqual(['settled', 'a1', tries > 1 ? 'accepted' : 'refused'])
  })
})
