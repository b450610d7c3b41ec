import { describe, expect, it } from 'vitest'
import type { GatewayActivity } from './gateway.ts'
import type { Hold } from './hold.ts'
import type { Prompt } from './prompt.ts'
import { holdOf, openQuestions, type WaitingJob, waitingFor } from './waiting.ts'

const at = 1_000_000
const address = { bus: 'can', id: 0x7e0 }
type Request = GatewayActivity['requests'][number]

/** A request that was sent so long ago. */
const asked = (agoMs: number, more: Partial<Request> = {}): Request => ({
  address,
  since: at - agoMs,
  unansweredSince: at - agoMs,
  pendingAnswers: 0,
  ...more,
})
const pending = (agoMs: number, answerAgoMs: number) =>
  asked(agoMs, { pendingAnswers: 1, lastAnswer: 'pending', lastAnswerAt: at - answerAgoMs })
const busy = (agoMs: number, answerAgoMs: number) =>
  asked(agoMs, { lastAnswer: 'busy', lastAnswerAt: at - answerAgoMs })
const unit = (state: Extract<Hold, { by: 'control-unit' }>['state'], agoMs: number): Hold => ({
  by: 'control-unit',
  state,
  since: at - agoMs,
})

describe('what holds a function up', () => {
  it.each<[string, readonly Request[], number | undefined, number | undefined, Hold | undefined]>([
    ['nothing while nothing waits', [], undefined, 100, undefined],
    ['nothing while an answer takes no longer than usual', [asked(999)], undefined, 100, undefined],
    ['a control unit that has not answered for a second', [asked(1_000)], undefined, 100, unit('silent', 1_000)],
    ['the oldest of several', [asked(2_000), asked(4_000)], undefined, 100, unit('silent', 4_000)],
    ['a silent one until the client gives up', [asked(10_999)], undefined, 100, unit('silent', 10_999)],
    ['nobody but the function after that', [asked(11_000)], undefined, 100, undefined],
    [
      'a repeated request from its first time on',
      [asked(500, { unansweredSince: at - 4_500 })],
      undefined,
      100,
      unit('silent', 4_500),
    ],
    ['a control unit that asks for more time', [pending(3_000, 100)], undefined, 100, unit('working', 3_000)],
    ['one that does, before the warning', [pending(6_999, 100)], undefined, 100, unit('working', 6_999)],
    ['one that does, shortly before the end', [pending(7_000, 100)], undefined, 100, unit('near-limit', 7_000)],
    ['one that does, until the end', [pending(9_999, 100)], undefined, 100, unit('near-limit', 9_999)],
    ['one that still does after the end', [pending(10_000, 100)], undefined, 100, unit('over-limit', 10_000)],
    ['one that still may answer', [pending(30_000, 6_000)], undefined, 100, unit('over-limit', 30_000)],
    ['nobody after a chain that broke off', [pending(30_000, 6_001)], undefined, 100, undefined],
    ['a chain that broke off early as silence', [pending(9_000, 6_001)], undefined, 100, unit('silent', 9_000)],
    ['a busy control unit', [busy(4_000, 1_000)], undefined, 100, unit('working', 4_000)],
    ['nobody when a busy one is not asked again', [busy(4_000, 1_001)], undefined, 100, undefined],
    ['the server after a second', [], at - 1_000, 100, { by: 'server', since: at - 1_000 }],
    ['nothing while a reply takes no longer than usual', [], at - 999, 100, undefined],
    [
      'the server before the control unit behind it',
      [asked(9_000)],
      at - 2_000,
      100,
      { by: 'server', since: at - 2_000 },
    ],
    ['the link when its message is missing', [asked(5_000)], undefined, 2_000, { by: 'link', since: at - 2_000 }],
    ['not yet the link before that', [asked(5_000)], undefined, 1_999, unit('silent', 5_000)],
    ['the link, also while a call waits', [], at - 5_000, 2_500, { by: 'link', since: at - 2_500 }],
    ['nobody when nothing waits, whatever the link', [], undefined, 9_000, undefined],
    ['nobody while no message has come after the request', [asked(1_500)], undefined, 1_600, undefined],
    ['nobody while no message has come after the call', [], at - 1_500, 1_600, undefined],
    ['a control unit at a server without a heartbeat', [asked(5_000)], undefined, undefined, unit('silent', 5_000)],
  ])('is %s', (_, requests, serverSince, seenAgoMs, expected) => {
    const lastSeenAt = seenAgoMs === undefined ? undefined : at - seenAgoMs
    const activity = { requests: [...requests], ...(serverSince === undefined ? {} : { serverSince }) }
    expect(holdOf(activity, { lastSeenAt }, at)).toEqual(expected)
  })

  it('is never a control unit once the link has been silent for two seconds, whatever waits', () => {
    const waits = [asked(1_500), asked(9_000), pending(8_000, 10), pending(40_000, 3_000), busy(3_000, 10)]
    for (const request of waits)
      for (const seenAgoMs of [2_000, 2_500, 3_300, 30_000, 600_000])
        expect(holdOf({ requests: [request] }, { lastSeenAt: at - seenAgoMs }, at)?.by).toBe('link')
  })
})

const prompt = (more: Partial<Prompt> = {}): Prompt => ({
  id: 'p',
  session: { key: 's' },
  functionName: 'Identify',
  target: 'customer',
  control: { kind: 'yesno', label: 'On?' },
  translations: {},
  hasImage: false,
  shownAt: 70,
  answer: { state: 'open' },
  ...more,
})
const ready: WaitingJob = { handle: 's', phase: 'active', link: 'good', phaseSince: 10 }
const running: WaitingJob = { ...ready, functionName: 'Identify', functionSince: 20 }
const slow: WaitingJob = { ...running, hold: { by: 'control-unit', state: 'working', since: 30 } }
const lost = { linkSince: 40 } as const

describe('whom a job waits for', () => {
  it.each<[string, WaitingJob, readonly Prompt[], ReturnType<typeof waitingFor>]>([
    ['nobody before a function', ready, [], { for: 'nobody' }],
    ['the function that runs', running, [], { for: 'function', since: 20 }],
    ['its control unit', slow, [], { for: 'control-unit', since: 30, controlUnit: 'working' }],
    ['the server behind a call', { ...running, hold: { by: 'server', since: 31 } }, [], { for: 'server', since: 31 }],
    ['a link in doubt', { ...running, hold: { by: 'link', since: 32 } }, [], { for: 'link', since: 32 }],
    ['you', running, [prompt()], { for: 'you', since: 70 }],
    ['you since the first question', running, [prompt(), prompt({ id: 'q', shownAt: 60 })], { for: 'you', since: 60 }],
    [
      'you before the operator',
      running,
      [prompt({ target: 'operator', shownAt: 1 }), prompt()],
      { for: 'you', since: 70 },
    ],
    ['you before a slow control unit', slow, [prompt()], { for: 'you', since: 70 }],
    ['you before a lost link', { ...slow, ...lost, link: 'lost' }, [prompt()], { for: 'you', since: 70 }],
    ['the operator', slow, [prompt({ target: 'operator' })], { for: 'operator', since: 70 }],
    ['nobody after the answer', ready, [prompt({ answer: { state: 'answered' } })], { for: 'nobody' }],
    ['nobody for the question of another car', ready, [prompt({ session: { key: 't' } })], { for: 'nobody' }],
    [
      'the function while it shows a text',
      running,
      [prompt({ control: { kind: 'label', label: 'Reading', minimalDisplayTimeMs: 0 } })],
      { for: 'function', since: 20 },
    ],
    ['a lost link before the control unit', { ...slow, ...lost, link: 'lost' }, [], { for: 'link', since: 40 }],
    ['a link that reconnects', { ...slow, ...lost, link: 'reconnecting' }, [], { for: 'link', since: 40 }],
    ['an adapter without internet', { ...slow, ...lost, link: 'no-internet' }, [], { for: 'link', since: 40 }],
    ['an adapter that was pulled', { ...slow, ...lost, link: 'unplugged' }, [], { for: 'link', since: 40 }],
    ['the function with a low battery', { ...running, link: 'voltage-low' }, [], { for: 'function', since: 20 }],
    ['the server at the start', { ...ready, phase: 'claiming' }, [], { for: 'server', since: 10 }],
    ['the server at the end', { ...slow, phase: 'finishing' }, [], { for: 'server', since: 10 }],
    ['the link at the end', { ...ready, ...lost, phase: 'finishing', link: 'lost' }, [], { for: 'link', since: 40 }],
    [
      'the server when the car is gone at the end',
      { ...ready, ...lost, phase: 'finishing', link: 'unplugged' },
      [],
      { for: 'server', since: 10 },
    ],
    ['nobody after the end', { ...slow, phase: 'ended', link: 'lost' }, [prompt()], { for: 'ended' }],
  ])('is %s', (_, job, prompts, expected) => expect(waitingFor(job, prompts)).toEqual(expected))
})

it('open questions are those of one session', () => {
  const others = [prompt({ id: 'b', session: { key: 't' } }), prompt({ id: 'c', answer: { state: 'answered' } })]
  expect(openQuestions('s', [prompt(), ...others]).map(({ id }) => id)).toEqual(['p'])
})
