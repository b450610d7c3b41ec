import { describe, expect, it } from 'vitest'
import { serverChoices } from '../protocol-choices.ts'
import type { Refusal } from '../refusal.ts'
import { PlainSession } from '../testing/viewer-bench.ts'
import { SentSession } from './sent-session.ts'
import { SessionArchive } from './session-archive.ts'
import { sessionToWire, type ViewedSession } from './viewed-session.ts'

describe('what was sent of a session', () => {
  const setUp = () => {
    const session = new PlainSession('a')
    return { session, sent: new SentSession(session) }
  }

  it('is everything at first, so that nothing is left to tell', () => {
    const { sent } = setUp()
    expect([sent.takeUpdate(), sent.takeWhole()]).toEqual([undefined, undefined])
  })

  it('is followed by its state and its transitions, once', () => {
    const { session, sent } = setUp()
    session.moveTo('active')
    session.moveTo('finished')
    expect(sent.takeUpdate()).toEqual({
      session_id: 'a',
      state: 'finished',
      new_transitions: [
        { from: 'available', to: 'active', at: 1000, cause: 'test' },
        { from: 'active', to: 'finished', at: 1000, cause: 'test' },
      ],
    })
    expect(sent.takeUpdate()).toBeUndefined()
  })

  it('is followed by accepted finishes and the result, once', () => {
    const { session, sent } = setUp()
    session.acceptedFinishes = 1
    expect(sent.takeUpdate()).toEqual({ session_id: 'a', accepted_finishes: 1 })
    session.serviceResult = { result: ['RESULT_SUCCESS'] }
    expect(sent.takeUpdate()).toEqual({ session_id: 'a', service_result: { result: ['RESULT_SUCCESS'] } })
    session.acceptedFinishes = 2
    expect(sent.takeUpdate()).toEqual({ session_id: 'a', accepted_finishes: 2 })
    expect(sent.takeUpdate()).toBeUndefined()
  })

  it.each([
    [{ state: 'active' }, { state: 'active' }],
    [{ details: { id: 'f', name: 'F' } }, { details: { id: 'f', name: 'F' } }],
    [{ end: { result: { result: ['RESULT_FAILURE' as const] } } }, { service_result: { result: ['RESULT_FAILURE'] } }],
  ])('is followed by a context that changed by %j', (change, expected) => {
    const { session, sent } = setUp()
    session.setContext('b', {})
    expect(sent.takeUpdate()?.changed_contexts).toMatchObject([{ id: 'b', parent_id: 'root of a' }])
    session.setContext('b', change)
    expect(sent.takeUpdate()).toMatchObject({ session_id: 'a', changed_contexts: [{ id: 'b', ...expected }] })
    session.setContext('b', {})
    expect(sent.takeUpdate()).toBeUndefined()
  })

  it('is followed by contexts that are gone, also when others came', () => {
    const { session, sent } = setUp()
    session.setContext('b', {})
    session.setContext('c', {})
    sent.takeUpdate()
    session.contexts = session.contexts.filter(({ id }) => id !== 'b')
    expect(sent.takeUpdate()).toEqual({ session_id: 'a', forgotten_contexts: ['b'] })
    session.contexts = session.contexts.filter(({ id }) => id !== 'c')
    session.setContext('d', {})
    expect(sent.takeUpdate()).toMatchObject({ forgotten_contexts: ['c'], changed_contexts: [{ id: 'd' }] })
    expect(sent.takeUpdate()).toBeUndefined()
  })

  it('is the whole record again when something changed, for viewers that want records', () => {
    const { session, sent } = setUp()
    session.moveTo('active')
    expect(sent.takeWhole()).toEqual(sessionToWire(session))
    expect(sent.takeWhole()).toBeUndefined()
  })
})

describe('the record of a session', () => {
  it('has whole milliseconds and only what is known', () => {
    const session: ViewedSession = {
      id: 'a',
      state: 'finished',
      createdAt: 1.9,
      ticketNumber: '1',
      connectorNumber: '900',
      startedBy: 'garage',
      transitions: [{ from: '', to: 'available', at: 2.9, cause: 'start' }],
      contexts: [
        {
          id: 'r',
          parent: undefined,
          state: 'ended',
          details: undefined,
          end: undefined,
          startedAt: 3.9,
          finishedAt: 4.9,
        },
        {
          id: 'c',
          parent: { id: 'r' },
          state: 'active',
          details: { id: 'f', name: 'F' },
          end: { result: { result: ['RESULT_SUCCESS'] } },
          startedAt: 5,
          finishedAt: undefined,
        },
      ],
      serviceResult: { result: ['RESULT_SUCCESS'] },
      acceptedFinishes: 1,
    }
    const record = {
      session_id: 'a',
      state: 'finished',
      created_at: 1,
      ticket_number: '1',
      connector_number: '900',
      started_by: 'garage',
      transitions: [{ from: '', to: 'available', at: 2, cause: 'start' }],
      contexts: [
        { id: 'r', parent_id: '', state: 'ended', details: { id: 'r' }, started_at: 3, finished_at: 4 },
        {
          id: 'c',
          parent_id: 'r',
          state: 'active',
          details: { id: 'f', name: 'F' },
          service_result: { result: ['RESULT_SUCCESS'] },
          started_at: 5,
        },
      ],
      service_result: { result: ['RESULT_SUCCESS'] },
      accepted_finishes: 1,
    }
    expect(sessionToWire(session)).toEqual(record)
    expect('service_result' in sessionToWire({ ...session, serviceResult: undefined })).toBe(false)
  })
})

describe('the archive', () => {
  const setUp = () => {
    const known = new Map<string, ViewedSession>()
    let forget: (session: ViewedSession) => void = () => undefined
    const archive = new SessionArchive({
      find: (id) => known.get(id),
      onForget: (listener) => {
        forget = listener
      },
    })
    return { known, archive, forget: (session: ViewedSession) => forget(session) }
  }

  it('has a known session as it is now, and a forgotten one as it ended', () => {
    const { known, archive, forget } = setUp()
    const session = new PlainSession('a')
    known.set('a', session)
    expect(archive.read('a').state).toBe('available')
    session.moveTo('finished')
    expect(archive.read('a').state).toBe('finished')
    known.delete('a')
    forget(session)
    session.moveTo('failed')
    expect(archive.read('a').state).toBe('finished')
  })

  it('has no session that nobody has seen', () => {
    const { archive } = setUp()
    const attempt = () => archive.read('a')
    expect(attempt).toThrow(expect.objectContaining({ kind: 'not-found' } satisfies Partial<Refusal>))
    expect(attempt).toThrow('no session found with that id')
  })

  it('keeps the newest of the forgotten ones', () => {
    const { archive, forget } = setUp()
    for (let n = 0; n <= serverChoices.rememberedRecords; n += 1) forget(new PlainSession(`s${n}`))
    expect(() => archive.read('s0')).toThrow('no session found')
    expect(archive.read('s1').session_id).toBe('s1')
    expect(archive.read(`s${serverChoices.rememberedRecords}`).session_id).toBe(`s${serverChoices.rememberedRecords}`)
  })
})
