import { describe, expect, it } from 'vitest'
import type { SessionUpdate } from '../generated/types/workbench/v1/SessionUpdate.ts'
import { workbenchV1 } from '../grpc/protos.ts'
import type { ContextRecord, SessionRecord } from './session-record.ts'
import { sessionUpdateFromWire, updatedRecord } from './session-update.ts'

const context = (id: string, state: ContextRecord['state'] = 'active'): ContextRecord => ({
  id,
  parentId: '',
  state,
  startedAt: 1,
})
const record: SessionRecord = {
  sessionId: 's',
  state: 'active',
  createdAt: 1,
  ticketNumber: '7',
  connectorNumber: '9',
  transitions: [{ from: 'available', to: 'active', at: 2, cause: 'authenticate' }],
  contexts: [context('r'), context('a'), context('b')],
  acceptedFinishes: 0,
  startedBy: 'garage',
}

const updated = (wire: SessionUpdate) => {
  const { SessionUpdate } = workbenchV1
  const received = SessionUpdate.deserialize(SessionUpdate.serialize({ session_id: 's', ...wire }))
  return updatedRecord(record, sessionUpdateFromWire(received))
}

describe('an update of a session', () => {
  it('that says nothing changes nothing', () => expect(updated({})).toEqual(record))

  it.each<[SessionUpdate, Partial<SessionRecord>]>([
    [{ state: 'failed' }, { state: 'failed' }],
    [{ accepted_finishes: 1 }, { acceptedFinishes: 1 }],
    [{ accepted_finishes: 0 }, { acceptedFinishes: 0 }],
    [{ forgotten_contexts: ['a', 'never known'] }, { contexts: [context('r'), context('b')] }],
    [
      { new_transitions: [{ from: 'active', to: 'failed', at: 3, cause: 'lost' }] },
      { transitions: [...record.transitions, { from: 'active', to: 'failed', at: 3, cause: 'lost' }] },
    ],
  ])('(%j) changes what it names and nothing else', (wire, change) => {
    expect(updated(wire)).toEqual({ ...record, ...change })
  })

  it('keeps a changed context in its place and adds a new one behind the others', () => {
    const changed = [
      { id: 'n', state: 'available', started_at: 5 },
      { id: 'a', state: 'finished', started_at: 1 },
    ]
    expect(updated({ changed_contexts: changed }).contexts).toEqual([
      context('r'),
      context('a', 'finished'),
      context('b'),
      { ...context('n', 'available'), startedAt: 5 },
    ])
  })

  it('brings the service result', () => {
    expect(updated({ service_result: { result: ['RESULT_SUCCESS'] } }).serviceResult).toMatchObject({
      results: ['success'],
    })
  })

  it('without the id of its session is a named error', () => {
    expect(() => updated({ session_id: '' })).toThrow('SessionUpdate.session_id is missing.')
  })
})
