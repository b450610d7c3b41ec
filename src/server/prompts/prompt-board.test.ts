import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Control, Control__Output } from '../../openobd/generated/types/openOBD/v1/Control.ts'
import type { PromptAnswer__Output } from '../../openobd/generated/types/workbench/v1/PromptAnswer.ts'
import { ManualClock } from '../clock/manual-clock.ts'
import { Gauges } from '../gauges.ts'
import { labelTimeMs } from './control-rules.ts'
import { serveControlStream } from './control-stream.ts'
import { PromptBoard, type PromptEvent, type PromptOwner } from './prompt-board.ts'
import { endReasonToWire, promptToWire } from './prompt-to-wire.ts'

const control = (rest: Partial<Control__Output>): Control__Output => ({
  target: 'INTERFACE_UNDEFINED',
  translations: [],
  ...rest,
})
const yesno = (label = 'Is it?') => control({ ControlType: 'control_yesno', control_yesno: { label } })
const label = (seconds: number) =>
  control({ ControlType: 'control_label', control_label: { label: 'Wait', minimal_display_time: seconds } })
const operator = (one: Control__Output): Control__Output => ({ ...one, target: 'INTERFACE_OPERATOR' })

/** A board with askers of one session; each function context has a name, and the first one is the root. */
function makeBoard() {
  const clock = new ManualClock(0)
  const gauges = new Gauges<'promptsOnDisplay'>()
  const board = new PromptBoard(clock, gauges)
  const events: PromptEvent[] = []
  board.onEvent((event) => events.push(event))
  const session = { isOver: false, idleHours: 0 }
  const owner = (contextKey: string): PromptOwner => ({
    sessionId: 'session',
    contextKey,
    contextId: contextKey === 'root' ? '' : contextKey,
    functionName: `Function of ${contextKey}`,
    isSessionOver: () => session.isOver,
    wasIdle: () => {
      session.idleHours += 1
    },
  })
  const asker = (contextKey = 'root') => {
    const replies: Control[] = []
    const state = { hasEnded: false }
    const desk = board.open({
      owner: owner(contextKey),
      reply: (reply) => replies.push(reply),
      end: () => {
        state.hasEnded = true
      },
    })
    return { desk, replies, state }
  }
  const onDisplay = () => board.prompts.map(({ id }) => id)
  return { clock, gauges, board, events, session, owner, asker, onDisplay }
}

const answer = (promptId: string, rest: Partial<PromptAnswer__Output>, answerId: string = crypto.randomUUID()) => ({
  prompt_id: promptId,
  answer_id: answerId,
  ...rest,
})

const theOnly = <T>(list: readonly T[]): T => {
  const [first] = list
  if (first === undefined || list.length !== 1) throw new Error(`There are ${list.length}.`)
  return first
}

describe('the prompt board', () => {
  it('shows one prompt per target and replaces the older one of the same asker', () => {
    const { asker, events, onDisplay } = makeBoard()
    const { desk } = asker()
    desk.show(yesno('one'))
    const first = theOnly(onDisplay())
    desk.show(yesno('two'))
    expect(onDisplay()).toHaveLength(1)
    expect(events).toContainEqual(expect.objectContaining({ kind: 'ended', reason: 'replaced' }))
    expect(onDisplay()).not.toContain(first)
  })

  // @proves Protocol and engine: A newer stream of the same target ends the older one with OK
  it('ends the stream that a newer one takes the target from, with everything it shows', async () => {
    const { asker, onDisplay, events } = makeBoard()
    const older = asker()
    older.desk.show(yesno('customer'))
    older.desk.show(operator(yesno('operator')))
    const newer = asker()
    newer.desk.show(yesno('newer'))
    expect(older.state.hasEnded).toBe(true)
    expect(onDisplay()).toHaveLength(1)
    const reasons = events.flatMap((event) => (event.kind === 'ended' ? [event.reason] : []))
    expect(reasons).toEqual(['taken-over', 'withdrawn'])
    older.desk.show(yesno('too late'))
    expect(onDisplay()).toHaveLength(1)
  })

  it('lets a label be replaced before its time without ever echoing it', async () => {
    const { clock, asker } = makeBoard()
    const { desk, replies } = asker()
    desk.show(label(10))
    desk.show(yesno())
    await clock.advance(20_000)
    expect(replies).toEqual([])
  })

  it('reports an hour in which neither a control nor an accepted answer came', async () => {
    const { clock, asker, board, session, onDisplay } = makeBoard()
    const pass = (seconds: number) => clock.advance(seconds * 1000)
    const { desk } = asker()
    await pass(3599)
    desk.show(operator(yesno()))
    await pass(3599)
    desk.show(label(60))
    await pass(3599)
    const [prompt = ''] = onDisplay()
    expect(board.answer(answer(prompt, { choice: 'yesno', yesno: true })).outcome).toBe('ANSWER_ACCEPTED')
    await pass(3000)
    expect(board.answer(answer(prompt, { choice: 'yesno', yesno: true })).outcome).toBe('ANSWER_ANSWERED')
    expect(board.answer(answer('nothing', { choice: 'yesno', yesno: true })).outcome).toBe('ANSWER_WITHDRAWN')
    expect(() => desk.show(control({}))).toThrow('no type')
    await pass(599)
    expect(session.idleHours).toBe(0)
    await pass(1)
    expect(session.idleHours).toBe(1)
  })

  it('reports no hour after the stream has closed', async () => {
    const { clock, asker, session } = makeBoard()
    asker().desk.close()
    await clock.advance(2 * 3600 * 1000)
    expect(session.idleHours).toBe(0)
  })

  it('shows the prompts of several function contexts beside each other, each with its owner', () => {
    const { board, asker } = makeBoard()
    asker('root').desk.show(yesno('first'))
    asker('child').desk.show(yesno('second'))
    expect(board.prompts.map(promptToWire)).toMatchObject([
      { session_id: 'session', context_id: '', function_name: 'Function of root', shown_at: 0 },
      { session_id: 'session', context_id: 'child', function_name: 'Function of child', shown_at: 0 },
    ])
  })

  it('ends prompts with their session when that is over', () => {
    const { asker, session, events } = makeBoard()
    const { desk } = asker()
    desk.show(yesno())
    session.isOver = true
    desk.close()
    const reasons = events.flatMap((event) => (event.kind === 'ended' ? [endReasonToWire(event.reason)] : []))
    expect(reasons).toEqual(['PROMPT_END_SESSION_ENDED'])
  })

  it('knows which answers concern it, also repeated ones after the prompt', () => {
    const { board, asker, onDisplay } = makeBoard()
    const { desk } = asker()
    desk.show(yesno())
    const given = answer(theOnly(onDisplay()), { choice: 'yesno', yesno: true })
    const foreign = answer('prompt of another board', { choice: 'yesno', yesno: true })
    expect([given, foreign].map((one) => board.concerns(one))).toEqual([true, false])
    const receipt = board.answer(given)
    desk.close()
    expect(board.concerns(given)).toBe(true)
    expect(board.answer(given)).toBe(receipt)
    expect(board.concerns({ ...given, answer_id: 'another' })).toBe(false)
  })

  it('serves a stream until it ends, and drops its prompts also when a control is refused', async () => {
    const { board, owner, onDisplay } = makeBoard()
    const sent: Control[] = []
    const stream = {
      send: (one: Control) => sent.push(one),
      end: () => undefined,
      receive: async (take: (one: Control__Output) => void) => {
        take(label(0))
        take(yesno())
        expect(onDisplay()).toHaveLength(1)
        take(control({}))
      },
    }
    await expect(serveControlStream(board, stream, owner('root'))).rejects.toThrow('no type')
    expect(sent).toHaveLength(1)
    expect(onDisplay()).toEqual([])
  })

  it('keeps no timer and no prompt after the asker left', async () => {
    const { clock, asker, gauges } = makeBoard()
    const before = clock.pendingTimers
    const { desk } = asker()
    desk.show(label(10))
    desk.show(operator(label(10)))
    desk.close()
    desk.close()
    expect(gauges.read('promptsOnDisplay')).toBe(0)
    expect(clock.pendingTimers).toBe(before)
  })

  it('refuses an answer without an id', async () => {
    const { board, asker, onDisplay } = makeBoard()
    asker().desk.show(yesno())
    expect(() => board.answer(answer(theOnly(onDisplay()), { choice: 'yesno', yesno: true }, ''))).toThrow('answer_id')
  })

  it('sets the answer explicitly, also for zero and no', async () => {
    const { board, asker, onDisplay } = makeBoard()
    const { desk, replies } = asker()
    desk.show(yesno())
    board.answer(answer(theOnly(onDisplay()), { choice: 'yesno', yesno: false }))
    desk.show(control({ ControlType: 'control_number', control_number: { label: '?', minimum: 0, maximum: 9 } }))
    board.answer(answer(theOnly(onDisplay()), { choice: 'number', number: 0 }))
    expect(replies.map((reply) => reply.control_yesno?.answer ?? reply.control_number?.answer)).toEqual([false, 0])
  })

  // @proves Protocol and engine: The engine times labels; prompts stay until replaced or closed; first accepted answer wins
  // @proves Sessions and links: P1 no answer is lost or given twice
  it('accepts at most one answer per prompt, whatever is asked and answered in any order', async () => {
    const { board, asker } = makeBoard()
    const step = fc.oneof(
      fc.record({ kind: fc.constant('show' as const), who: fc.nat(2), operator: fc.boolean() }),
      fc.record({ kind: fc.constant('close' as const), who: fc.nat(2) }),
      fc.record({ kind: fc.constant('answer' as const), which: fc.nat(9), id: fc.nat(5), yes: fc.boolean() }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const run = crypto.randomUUID()
        const askers = [asker(), asker(), asker()]
        const seen: string[] = []
        const accepted = new Map<string, Set<string>>()
        for (const one of steps) {
          if (one.kind === 'show') askers[one.who]?.desk.show(one.operator ? operator(yesno()) : yesno())
          else if (one.kind === 'close') askers[one.who]?.desk.close()
          else {
            const promptId = seen[one.which % Math.max(1, seen.length)] ?? 'none'
            const answerId = `${run} ${one.id} ${promptId}`
            const { outcome } = board.answer(answer(promptId, { choice: 'yesno', yesno: one.yes }, answerId))
            if (outcome === 'ANSWER_ACCEPTED')
              accepted.set(promptId, (accepted.get(promptId) ?? new Set()).add(answerId))
          }
          for (const { id } of board.prompts) if (!seen.includes(id)) seen.push(id)
          expect(board.prompts.length).toBeLessThanOrEqual(2)
        }
        for (const answers of accepted.values()) expect(answers.size).toBe(1)
        const replies = askers.reduce((sum, { replies: list }) => sum + list.length, 0)
        expect(replies).toBe(accepted.size)
        for (const { desk } of askers) desk.close()
        expect(board.prompts).toEqual([])
      }),
    )
  })
})

it.each([
  [0, 0],
  [2, 2000],
  [14_400, 14_400_000],
  [14_401, 14_400_000],
  [0xffff_ffff, 14_400_000],
])('a label of %i s stays as long as that, and no longer than a session', (seconds, ms) => {
  expect(labelTimeMs(label(seconds))).toBe(ms)
})
