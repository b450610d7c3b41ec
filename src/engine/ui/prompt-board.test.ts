import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Control, Control__Output } from '../../openobd/generated/types/openOBD/v1/Control.ts'
import type { PromptAnswer__Output } from '../../openobd/generated/types/workbench/v1/PromptAnswer.ts'
import { ManualClock } from '../../server/clock/manual-clock.ts'
import { Gauges } from '../../server/gauges.ts'
import { TokenVault } from '../../server/tokens.ts'
import { choices } from '../protocol-choices.ts'
import { DiagnosticSession } from '../session/diagnostic-session.ts'
import { EngineUnderTest } from '../testing/engine-under-test.ts'
import { labelTimeMs } from './control-rules.ts'
import { PromptBoard, type PromptEvent } from './prompt-board.ts'

const control = (rest: Partial<Control__Output>): Control__Output => ({
  target: 'INTERFACE_UNDEFINED',
  translations: [],
  ...rest,
})
const yesno = (label = 'Is it?') => control({ ControlType: 'control_yesno', control_yesno: { label } })
const label = (seconds: number) =>
  control({ ControlType: 'control_label', control_label: { label: 'Wait', minimal_display_time: seconds } })
const operator = (one: Control__Output): Control__Output => ({ ...one, target: 'INTERFACE_OPERATOR' })

/** A board with sessions on a real workshop, without a server. */
async function makeBoard() {
  const test = await EngineUnderTest.start()
  const clock = new ManualClock(0)
  const gauges = new Gauges<'promptsOnDisplay'>()
  const board = new PromptBoard(clock, gauges)
  const events: PromptEvent[] = []
  board.onEvent((event) => events.push(event))
  const bay = test.engine.workshop.bays[0]
  if (bay === undefined) throw new Error('The workshop is empty.')
  const vault = new TokenVault<never>(clock)
  const session = new DiagnosticSession({ clock, vault, bay, ticket: undefined, startedBy: 'test', onChange: () => {} })
  session.claim(session.root)
  const asker = () => {
    const replies: Control[] = []
    const state = { hasEnded: false }
    const desk = board.open({
      session,
      context: session.root,
      reply: (reply) => replies.push(reply),
      end: () => {
        state.hasEnded = true
      },
    })
    return { desk, replies, state }
  }
  const onDisplay = () => board.prompts.map(({ id }) => id)
  return { test, clock, gauges, board, events, session, asker, onDisplay }
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
  it('shows one prompt per target and replaces the older one of the same asker', async () => {
    const { test, asker, events, onDisplay } = await makeBoard()
    const { desk } = asker()
    desk.show(yesno('one'))
    const first = theOnly(onDisplay())
    desk.show(yesno('two'))
    expect(onDisplay()).toHaveLength(1)
    expect(events).toContainEqual(expect.objectContaining({ kind: 'ended', reason: 'replaced' }))
    expect(onDisplay()).not.toContain(first)
    await test.stop()
  })

  // @proves Protocol and engine: A newer stream of the same target ends the older one with OK
  it('ends the stream that a newer one takes the target from, with everything it shows', async () => {
    const { test, asker, onDisplay, events } = await makeBoard()
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
    await test.stop()
  })

  it('lets a label be replaced before its time without ever echoing it', async () => {
    const { test, clock, asker } = await makeBoard()
    const { desk, replies } = asker()
    desk.show(label(10))
    desk.show(yesno())
    await clock.advance(20_000)
    expect(replies).toEqual([])
    await test.stop()
  })

  it('ends the session after an hour in which neither a control nor an accepted answer came', async () => {
    const { test, clock, asker, board, session, onDisplay } = await makeBoard()
    const pass = async (seconds: number) => {
      for (let left = seconds; left > 0; left -= 100) {
        session.issueSessionToken(session.root)
        await clock.advance(Math.min(left, 100) * 1000)
      }
    }
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
    expect(session.state).toBe('active')
    await pass(1)
    expect([session.state, session.transitions.at(-1)?.cause]).toEqual([
      choices.stateWhenIdle,
      'the control stream was idle for an hour',
    ])
    await test.stop()
  })

  it('lets a session without a control stream be silent for more than an hour', async () => {
    const { test, clock, asker, session } = await makeBoard()
    asker().desk.close()
    for (let minute = 0; minute < 120; minute += 1) {
      session.issueSessionToken(session.root)
      await clock.advance(60_000)
    }
    expect(session.state).toBe('active')
    await test.stop()
  })

  it('keeps no timer and no prompt after the asker left', async () => {
    const { test, clock, asker, gauges, session } = await makeBoard()
    const before = clock.pendingTimers
    const { desk } = asker()
    desk.show(label(10))
    desk.show(operator(label(10)))
    desk.close()
    desk.close()
    expect(gauges.read('promptsOnDisplay')).toBe(0)
    expect(clock.pendingTimers).toBe(before)
    session.end('interrupted', 'test')
    expect(clock.pendingTimers).toBe(0)
    await test.stop()
  })

  it('refuses an answer without an id', async () => {
    const { test, board, asker, onDisplay } = await makeBoard()
    asker().desk.show(yesno())
    expect(() => board.answer(answer(theOnly(onDisplay()), { choice: 'yesno', yesno: true }, ''))).toThrow('answer_id')
    await test.stop()
  })

  it('sets the answer explicitly, also for zero and no', async () => {
    const { test, board, asker, onDisplay } = await makeBoard()
    const { desk, replies } = asker()
    desk.show(yesno())
    board.answer(answer(theOnly(onDisplay()), { choice: 'yesno', yesno: false }))
    desk.show(control({ ControlType: 'control_number', control_number: { label: '?', minimum: 0, maximum: 9 } }))
    board.answer(answer(theOnly(onDisplay()), { choice: 'number', number: 0 }))
    expect(replies.map((reply) => reply.control_yesno?.answer ?? reply.control_number?.answer)).toEqual([false, 0])
    await test.stop()
  })

  // @proves Protocol and engine: The engine times labels; prompts stay until replaced or closed; first accepted answer wins
  // @proves Sessions and links: P1 no answer is lost or given twice
  it('accepts at most one answer per prompt, whatever is asked and answered in any order', async () => {
    const { test, board, asker } = await makeBoard()
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
    await test.stop()
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
