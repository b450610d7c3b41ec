import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SessionRecord__Output } from '../../openobd/generated/types/workbench/v1/SessionRecord.ts'
import type { SessionUpdate__Output } from '../../openobd/generated/types/workbench/v1/SessionUpdate.ts'
import { workbenchV1 } from '../../openobd/grpc/protos.ts'
import { SentSession } from '../../server/viewer/sent-session.ts'
import { sessionToWire } from '../../server/viewer/viewed-session.ts'
import { choices } from '../protocol-choices.ts'
import type { DiagnosticSession } from '../session/diagnostic-session.ts'
import type { FunctionContext } from '../session/function-context.ts'
import { EngineUnderTest } from '../testing/engine-under-test.ts'

const { SessionRecord, SessionUpdate } = workbenchV1

const recordOf = (session: DiagnosticSession) =>
  SessionRecord.deserialize(SessionRecord.serialize(sessionToWire(session)))

/** Checks the promises of viewer.proto on the received events. */
function merged(record: SessionRecord__Output, update: SessionUpdate__Output): SessionRecord__Output {
  const contexts = record.contexts.filter(({ id }) => !update.forgotten_contexts.includes(id))
  for (const context of update.changed_contexts) {
    const place = contexts.findIndex(({ id }) => id === context.id)
    contexts.splice(place < 0 ? contexts.length : place, 1, context)
  }
  return {
    ...record,
    state: update.state ?? record.state,
    transitions: [...record.transitions, ...update.new_transitions],
    contexts,
    accepted_finishes: update.accepted_finishes ?? record.accepted_finishes,
    ...(update.service_result ? { service_result: update.service_result, _service_result: 'service_result' } : {}),
  }
}

/** A viewer that got the whole record and follows the updates. */
class Follower {
  readonly #sent: SentSession
  record: SessionRecord__Output

  constructor(session: DiagnosticSession) {
    this.#sent = new SentSession(session)
    this.record = recordOf(session)
  }

  /** Whether there was an event. */
  read(): boolean {
    const update = this.#sent.takeUpdate()
    if (update === undefined) return false
    this.record = merged(this.record, SessionUpdate.deserialize(SessionUpdate.serialize(update)))
    return true
  }
}

const success = { result: ['RESULT_SUCCESS' as const], description: 'done' }
const identify = { id: 'identify', name: 'Identify', version: '1', products: [], vehicles: [] } as never

/** What can happen to a session that is not over; `top` is its newest open context. */
const steps: Record<string, (session: DiagnosticSession, top: FunctionContext) => void> = {
  'start a function': (session, top) => void session.startChild(top),
  claim: (session, top) => {
    if (top.state === 'available') session.claim(top)
  },
  'tell the name': (session, top) => {
    if (top.details === undefined) session.registerDetails(top, identify)
  },
  'finish a function': (session, top) => {
    if (!top.isRoot) session.finish(top, success)
  },
  'call many functions': (session, top) => {
    const calls = Math.ceil(choices.rememberedContexts / 2)
    for (let call = 0; call < calls; call += 1) session.finish(session.startChild(top), success)
  },
  'finish whatever is open': (session, top) => session.finish(top, success),
  'be interrupted': (session) => session.end('interrupted', 'interruptSession'),
}
const stepOrReading = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('start a function', 'claim', 'tell the name', 'finish a function') },
  { weight: 4, arbitrary: fc.constant('read') },
  { weight: 2, arbitrary: fc.constant('call many functions') },
  { weight: 1, arbitrary: fc.constantFrom('finish whatever is open', 'be interrupted') },
)

describe('what a viewer is told of a session', () => {
  let test: EngineUnderTest

  beforeAll(async () => {
    test = await EngineUnderTest.start()
  })

  afterAll(() => test.stop())

  const start = () => test.engine.sessions.startOnTicket('7848095', 'test')
  const end = (session: DiagnosticSession) => session.end('interrupted', 'the run is over')

  it('adds up to the whole record, whatever happens and whenever it is read', () => {
    fc.assert(
      fc.property(fc.array(stepOrReading, { maxLength: 40 }), (sequence) => {
        const session = start()
        try {
          const follower = new Follower(session)
          for (const name of sequence) {
            if (name === 'read') follower.read()
            else if (session.top !== undefined) steps[name]?.(session, session.top)
          }
          follower.read()
          expect(follower.record).toEqual(recordOf(session))
          expect(follower.read()).toBe(false)
        } finally {
          end(session)
        }
      }),
    )
  })

  it('is complete too when it was told in the middle of an end', () => {
    const session = start()
    const follower = new Follower(session)
    session.claim(session.root)
    session.startChild(session.root).onceEnded(() => follower.read())
    session.end('interrupted', 'interruptSession')
    expect(follower.record).not.toEqual(recordOf(session))
    follower.read()
    expect(follower.record).toEqual(recordOf(session))
  })

  it('is one context, not all of them, when one function comes and goes', () => {
    const session = start()
    session.claim(session.root)
    for (let call = 0; call < 50; call += 1) session.finish(session.startChild(session.root), success)
    const told = new SentSession(session)
    const child = session.startChild(session.root)
    expect(told.takeUpdate()).toMatchObject({ changed_contexts: [{ id: child.id, state: 'available' }] })
    session.finish(child, success)
    expect(told.takeUpdate()).toEqual({
      session_id: session.id,
      changed_contexts: [expect.objectContaining({ id: child.id, state: 'ended', service_result: success })],
    })
    end(session)
  })

  it('names the contexts that the record no longer tells about', () => {
    const session = start()
    const call = () => {
      const child = session.startChild(session.root)
      session.finish(child, success)
      return child.id
    }
    const oldest = call()
    while (session.contexts.length < choices.rememberedContexts) call()
    const told = new SentSession(session)
    const newest = call()
    expect(told.takeUpdate()).toMatchObject({ forgotten_contexts: [oldest], changed_contexts: [{ id: newest }] })
    end(session)
  })

  it('is nothing when nothing has changed, whole or not', () => {
    const session = start()
    const told = new SentSession(session)
    expect([told.takeUpdate(), told.takeWhole()]).toEqual([undefined, undefined])
    end(session)
    expect(told.takeWhole()).toEqual(sessionToWire(session))
    expect(told.takeUpdate()).toBeUndefined()
  })
})
