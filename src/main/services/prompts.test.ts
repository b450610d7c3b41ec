import { describe, expect, it } from 'vitest'
import { type CallOutcome, refused } from '../../openobd/failure.ts'
import { ManualClock } from '../../openobd/manual-clock.ts'
import type { AnswerOutcome, AnswerReceipt } from '../../openobd/wire/prompt-answer.ts'
import type { ShownPrompt } from '../../openobd/wire/shown-prompt.ts'
import { succeeded } from '../../shared/outcome.ts'
import type { EndedPrompt, Prompt, PromptChoice, PromptControl } from '../../shared/prompt.ts'
import { Prompts, type SendAnswer } from './prompts.ts'

const yes: PromptChoice = { kind: 'yesno', yes: true }
const record = (id: string, more: Partial<ShownPrompt> = {}, control?: PromptControl): ShownPrompt => ({
  id,
  sessionId: 's1',
  functionName: 'F',
  screen: { target: 'customer', control: control ?? { kind: 'yesno', label: `Q ${id}` }, translations: {} },
  shownAt: 1,
  contextId: '',
  ...more,
})

function setUp(running: { functionName?: string } = {}) {
  const clock = new ManualClock()
  const cars = new Map<string, { licensePlate?: string }>()
  let published = 0
  const facts: string[] = []
  const disk = { sendable: Promise.resolve(true), durable: Promise.resolve() }
  const sent: { promptId: string; answerId: string; choice: PromptChoice }[] = []
  const replies: (CallOutcome<AnswerReceipt> | 'hang')[] = []
  let state: { prompts: Prompt[]; ended: EndedPrompt[] } = { prompts: [], ended: [] }
  const viewer: { send: SendAnswer | undefined } = {
    send: (promptId, answerId, choice) => {
      sent.push({ promptId, answerId, choice })
      const reply = replies.shift() ?? receipt('accepted')
      return reply === 'hang' ? new Promise(() => undefined) : Promise.resolve(reply)
    },
  }
  const prompts: Prompts = new Prompts({
    clock,
    random: () => 0,
    isKeptHere: (id) => id.startsWith('kept'),
    sendAnswer: () => viewer.send,
    describeSession: (id) => ({ session: { key: `key of ${id}`, ...cars.get(id) }, ...(id === 's1' ? running : {}) }),
    recorder: {
      shown: (_prompt, promptId) => void facts.push(`shown ${promptId}`),
      ended: (promptId, _sessionId, reason) => void facts.push(`ended ${promptId} ${reason}`),
      answering: ({ promptId, device }) => {
        facts.push(`answering ${promptId} by ${device}`)
        return disk
      },
      settled: ({ promptId }, outcome) => void facts.push(`settled ${promptId} ${outcome}`),
    },
    publish: () => {
      published += 1
      state = { prompts: prompts.list, ended: [...prompts.ended] }
    },
  })
  return {
    clock,
    prompts,
    sent,
    replies,
    viewer,
    cars,
    facts,
    disk,
    published: () => published,
    state: () => state,
    first: () => state.prompts[0],
  }
}

const receipt = (outcome: AnswerOutcome) => succeeded({ outcome, detail: '' })
const lost = (): CallOutcome<never> => refused('viewer/answerPrompt', 'connection-lost', { certainty: 'unclear' })

it('a prompt of an unknown kind that ended is listed with an empty label', () => {
  const { prompts, state } = setUp()
  prompts.show(record('p', {}, { kind: 'unknown' }))
  prompts.end('p', 'replaced')
  expect(state().ended[0]?.label).toBe('')
})

describe('whose car a prompt is about', () => {
  it('is updated when more is known about its session, and published only when it changed', () => {
    const { prompts, cars, first, published } = setUp()
    prompts.show(record('p'))
    cars.set('s1', { licensePlate: 'K-329-XB' })
    const before = published()
    prompts.refreshSessions((_session, sessionId) => sessionId === 's2')
    expect(published()).toBe(before)
    prompts.refreshSessions((_session, sessionId) => sessionId === 's1')
    expect(first()?.session).toEqual({ key: 'key of s1', licensePlate: 'K-329-XB' })
    expect(published()).toBe(before + 1)
    prompts.refreshSessions()
    expect(published()).toBe(before + 1)
  })
})

describe('an answer', () => {
  it('changes from open to sending to answered', async () => {
    const { prompts, first } = setUp()
    prompts.show(record('p'))
    expect(first()?.answer).toEqual({ state: 'open' })
    const outcome = prompts.answer('p', 'a1', yes)
    expect(first()?.answer).toEqual({ state: 'sending', choice: yes })
    await expect(outcome).resolves.toEqual({ ok: true, value: null })
    expect(first()?.answer).toEqual({ state: 'answered', choice: yes })
  })

  // @proves Faults: 27 stream dies before the receipt; what a person sees: “sending”, then confirmed or asked again
  it('is repeated under the same id when the reply is lost', async () => {
    const { prompts, replies, sent, clock } = setUp()
    replies.push(lost(), lost(), receipt('accepted'))
    prompts.show(record('p'))
    const outcome = prompts.answer('p', 'a1', yes)
    await clock.advanceAsync(2_000)
    await expect(outcome).resolves.toMatchObject({ ok: true })
    expect(sent.map(({ answerId }) => answerId)).toEqual(['a1', 'a1', 'a1'])
  })

  it('whose receipt is lost is confirmed although the function continued and the prompt ended', async () => {
    const { prompts, replies, clock, state } = setUp()
    replies.push(lost(), lost(), receipt('accepted'))
    prompts.show(record('p'))
    const outcome = prompts.answer('p', 'a1', yes)
    prompts.end('p', 'replaced')
    expect(state().ended).toHaveLength(1)
    await clock.advanceAsync(2_000)
    await expect(outcome).resolves.toEqual({ ok: true, value: null })
    expect(state().ended).toEqual([])
  })

  it('is sent only to the server that asked', async () => {
    const { prompts, replies, clock, sent } = setUp()
    replies.push(lost())
    prompts.show(record('p'))
    const outcome = prompts.answer('p', 'a1', yes)
    await clock.advanceAsync(0)
    prompts.clear()
    await clock.advanceAsync(2_000)
    await expect(outcome).resolves.toMatchObject({ failure: { code: 'prompt-withdrawn' } })
    expect(sent).toHaveLength(1)
  })

  it('is sent once when the renderer repeats the call because the IPC reply was lost', async () => {
    const { prompts, sent } = setUp()
    prompts.show(record('p'))
    const both = [prompts.answer('p', 'a1', yes), prompts.answer('p', 'a1', yes)]
    await Promise.all(both)
    await expect(prompts.answer('p', 'a1', yes)).resolves.toMatchObject({ ok: true })
    expect(sent).toHaveLength(1)
  })

  it('keeps its outcome for a repeated call after the prompt has ended', async () => {
    const { prompts, sent } = setUp()
    prompts.show(record('p'))
    await prompts.answer('p', 'a1', yes)
    prompts.end('p', 'withdrawn')
    await expect(prompts.answer('p', 'a1', yes)).resolves.toMatchObject({ ok: true })
    expect(sent).toHaveLength(1)
  })

  it('is refused while another one is being sent', async () => {
    const { prompts, replies, sent } = setUp()
    replies.push('hang')
    prompts.show(record('p'))
    void prompts.answer('p', 'a1', yes)
    await expect(prompts.answer('p', 'a2', { kind: 'yesno', yes: false })).resolves.toMatchObject({
      failure: { code: 'prompt-answered' },
    })
    expect(sent).toHaveLength(1)
  })

  it('opens the prompt again when it could not be delivered for 30 s', async () => {
    const { prompts, viewer, clock, first } = setUp()
    viewer.send = undefined
    prompts.show(record('p'))
    const outcome = prompts.answer('p', 'a1', yes)
    await clock.advanceAsync(31_000)
    await expect(outcome).resolves.toMatchObject({ failure: { code: 'connection-lost' } })
    expect(first()?.answer).toEqual({ state: 'open' })
  })

  it('waits until the viewer is connected again', async () => {
    const { prompts, viewer, clock, sent } = setUp()
    const send = viewer.send
    viewer.send = undefined
    prompts.show(record('p'))
    const outcome = prompts.answer('p', 'a1', yes)
    await clock.advanceAsync(3_000)
    viewer.send = send
    await clock.advanceAsync(1_100)
    await expect(outcome).resolves.toMatchObject({ ok: true })
    expect(sent).toHaveLength(1)
  })

  it('that somebody else gave first is shown without our choice', async () => {
    const { prompts, replies, first } = setUp()
    replies.push(receipt('answered'))
    prompts.show(record('p'))
    await expect(prompts.answer('p', 'a1', yes)).resolves.toMatchObject({ failure: { code: 'prompt-answered' } })
    expect(first()?.answer).toEqual({ state: 'answered' })
  })

  it('to a withdrawn prompt removes the prompt and reports it', async () => {
    const { prompts, replies, state } = setUp()
    replies.push(receipt('withdrawn'))
    prompts.show(record('p'))
    await expect(prompts.answer('p', 'a1', yes)).resolves.toMatchObject({ failure: { code: 'prompt-withdrawn' } })
    expect(state()).toMatchObject({ prompts: [], ended: [{ id: 'p', reason: 'withdrawn' }] })
  })

  it('that the server rejects as invalid leaves the prompt open', async () => {
    const { prompts, replies, first } = setUp()
    replies.push(receipt('invalid'), receipt('accepted'))
    prompts.show(record('p'))
    await expect(prompts.answer('p', 'a1', yes)).resolves.toMatchObject({ failure: { code: 'answer-invalid' } })
    expect(first()?.answer).toEqual({ state: 'open' })
    await expect(prompts.answer('p', 'a2', yes)).resolves.toMatchObject({ ok: true })
  })

  it('is not repeated when the server refuses it', async () => {
    const { prompts, replies, sent } = setUp()
    replies.push(refused('viewer/answerPrompt', 'not-allowed-now', { answered: true }))
    prompts.show(record('p'))
    await expect(prompts.answer('p', 'a1', yes)).resolves.toMatchObject({ failure: { code: 'not-allowed-now' } })
    expect(sent).toHaveLength(1)
  })

  it('stays ours when the answered event arrives before the receipt', async () => {
    const { prompts, replies, first } = setUp()
    replies.push('hang')
    prompts.show(record('p'))
    void prompts.answer('p', 'a1', yes)
    prompts.show(record('p', { answeredAt: 2 }))
    expect(first()?.answer).toEqual({ state: 'sending', choice: yes })
  })

  // @proves Bad input: Number out of range; minimum above maximum; no options
  it.each<[string, PromptControl, PromptChoice]>([
    ['another kind', { kind: 'yesno', label: '' }, { kind: 'continue' }],
    ['an option that is not offered', { kind: 'options', label: '', options: ['a'] }, { kind: 'options', option: 1 }],
    ['an option when there are none', { kind: 'options', label: '', options: [] }, { kind: 'options', option: 0 }],
    [
      'a number below the minimum',
      { kind: 'number', label: '', minimum: 2, maximum: 3 },
      { kind: 'number', number: 1 },
    ],
    [
      'a number above the maximum',
      { kind: 'number', label: '', minimum: 2, maximum: 3 },
      { kind: 'number', number: 4 },
    ],
    [
      'a number when the minimum is above the maximum',
      { kind: 'number', label: '', minimum: 9, maximum: 3 },
      { kind: 'number', number: 5 },
    ],
    ['empty text', { kind: 'freetext', label: '' }, { kind: 'freetext', text: '' }],
    ['an answer to a label', { kind: 'label', label: '', minimalDisplayTimeMs: 0 }, { kind: 'continue' }],
    ['an answer to an unknown control', { kind: 'unknown' }, { kind: 'continue' }],
  ])('with %s never leaves main', async (_name, control, choice) => {
    const { prompts, sent } = setUp()
    prompts.show(record('p', {}, control))
    await expect(prompts.answer('p', 'a1', choice)).resolves.toMatchObject({ failure: { code: 'answer-invalid' } })
    expect(sent).toEqual([])
  })

  it('to an unknown prompt is refused', async () => {
    const { prompts, sent } = setUp()
    await expect(prompts.answer('p', 'a1', yes)).resolves.toMatchObject({ failure: { code: 'prompt-withdrawn' } })
    expect(sent).toEqual([])
  })
})

describe('the name of the asking function', () => {
  it('is the one that the server names, else the one that runs in the session', () => {
    const { prompts, state } = setUp({ functionName: 'Identify the car' })
    prompts.show(record('named'))
    prompts.show(record('nameless', { functionName: '' }))
    expect(state().prompts.map(({ functionName }) => functionName)).toEqual(['F', 'Identify the car'])
  })
})

describe('a snapshot', () => {
  it('keeps an answer that is being sent and ends missing prompts', async () => {
    const { prompts, replies, state } = setUp()
    replies.push('hang')
    prompts.show(record('p'))
    prompts.show(record('gone'))
    void prompts.answer('p', 'a1', yes)
    prompts.replaceAll([record('p'), record('new')])
    expect(state().prompts.map(({ id, answer }) => [id, answer.state])).toEqual([
      ['p', 'sending'],
      ['new', 'open'],
    ])
    expect(state().ended.map(({ id }) => id)).toEqual(['gone'])
  })

  it('does not touch prompts that are kept here', () => {
    const { prompts, state } = setUp()
    prompts.show(record('kept'))
    prompts.replaceAll([])
    expect(state().prompts.map(({ id }) => id)).toEqual(['kept'])
  })
})

describe('the end of a prompt', () => {
  it.each(['replaced', 'withdrawn', 'session-ended', 'taken-over'] as const)(
    'is reported with its reason %s',
    (reason) => {
      const { prompts, state } = setUp()
      prompts.show(record('p'))
      prompts.end('p', reason)
      expect(state()).toMatchObject({ prompts: [], ended: [{ id: 'p', reason, label: 'Q p' }] })
    },
  )

  it('is not reported for labels and answered prompts, whose end is expected', () => {
    const { prompts, state } = setUp()
    prompts.show(record('l', {}, { kind: 'label', label: 'x', minimalDisplayTimeMs: 0 }))
    prompts.show(record('a', { answeredAt: 2 }))
    prompts.end('l', 'replaced')
    prompts.end('a', 'replaced')
    expect(state().ended).toEqual([])
  })

  it('is remembered for the last five', () => {
    const { prompts, state } = setUp()
    for (let n = 0; n < 8; n += 1) {
      prompts.show(record(`p${n}`))
      prompts.end(`p${n}`, 'withdrawn')
    }
    expect(state().ended.map(({ id }) => id)).toEqual(['p3', 'p4', 'p5', 'p6', 'p7'])
  })
})

describe('the end of a session', () => {
  // @proves Faults: 10 sleep of ten minutes; what a person sees: the session has ended, or goes on when the server says so
  it('takes its prompts away, although the server cannot say so, and no other ones', async () => {
    const { prompts, state, published } = setUp()
    prompts.show(record('p'))
    prompts.show(record('q', { sessionId: 's2' }))
    prompts.endSession('s1')
    expect(state().prompts.map(({ id }) => id)).toEqual(['q'])
    expect(state().ended).toMatchObject([{ id: 'p', reason: 'session-ended' }])
    expect(await prompts.answer('p', 'a', yes)).toMatchObject({ ok: false, failure: { code: 'prompt-withdrawn' } })
    const before = published()
    prompts.endSession('s1')
    expect(published()).toBe(before)
  })
})

describe('the record of an answer', () => {
  it('is made before the answer goes out, and says how it ended', async () => {
    const { prompts, facts, sent, disk } = setUp()
    const written = Promise.withResolvers<boolean>()
    disk.sendable = written.promise
    prompts.show(record('p'))
    const outcome = prompts.answer('p', 'a1', yes, 'keyboard')
    await Promise.resolve()
    expect([sent, facts]).toEqual([[], ['shown p', 'answering p by keyboard']])
    written.resolve(true)
    await outcome
    expect(sent).toHaveLength(1)
    expect(facts.at(-1)).toBe('settled p accepted')
  })

  it('that the disk does not take in time is marked until the disk has it', async () => {
    const { prompts, disk, first } = setUp()
    const written = Promise.withResolvers<void>()
    disk.sendable = Promise.resolve(false)
    disk.durable = written.promise
    prompts.show(record('p'))
    await expect(prompts.answer('p', 'a1', yes)).resolves.toMatchObject({ ok: true })
    expect(first()?.answer).toEqual({ state: 'answered', choice: yes, unrecorded: true })
    written.resolve()
    await Promise.resolve()
    await Promise.resolve()
    expect(first()?.answer).toEqual({ state: 'answered', choice: yes })
  })

  it('of a server that was left while the disk was slow is not sent to another one', async () => {
    const { prompts, facts, sent, disk } = setUp()
    const written = Promise.withResolvers<boolean>()
    disk.sendable = written.promise
    prompts.show(record('p'))
    const outcome = prompts.answer('p', 'a1', yes)
    prompts.clear()
    written.resolve(true)
    await expect(outcome).resolves.toMatchObject({ failure: { code: 'prompt-withdrawn' } })
    expect(sent).toEqual([])
    expect(facts.at(-1)).toBe('settled p not-delivered')
  })
})

describe('prompts of several servers', () => {
  it('never have the same id, and the server is told its own', async () => {
    const { prompts, sent } = setUp()
    const other = new Prompts({
      clock: new ManualClock(),
      random: () => 0,
      idPrefix: '2.',
      recorder: {
        shown: () => undefined,
        ended: () => undefined,
        answering: () => ({ sendable: Promise.resolve(true), durable: Promise.resolve() }),
        settled: () => undefined,
      },
      isKeptHere: () => false,
      sendAnswer: () => (promptId, answerId, choice) => {
        sent.push({ promptId, answerId, choice })
        return Promise.resolve(receipt('accepted'))
      },
      describeSession: () => ({ session: { key: 'k' } }),
      publish: () => undefined,
    })
    prompts.show(record('p'))
    other.show(record('p'))
    expect([prompts.list[0]?.id, other.list[0]?.id]).toEqual(['p', '2.p'])
    expect([other.knows('p'), other.knows('2.p')]).toEqual([false, true])
    await other.answer('2.p', 'a1', yes)
    expect(sent).toMatchObject([{ promptId: 'p' }])
    other.end('p', 'withdrawn')
    expect(other.list).toEqual([])
  })
})
