import { describe, expect, it } from 'vitest'
import { callFailure } from '../../failure.ts'
import { type CustodyEvent, type CustodyState, idleCustody, nextCustodyState } from './custody-state.ts'

const failure = callFailure('a/b', 'connection-lost')
const serviceResult = { results: ['success' as const] }
const sessionId = 's'

const states = {
  idle: idleCustody,
  starting: { phase: 'starting', checking: false },
  claiming: { phase: 'claiming', sessionId, checking: false },
  active: { phase: 'active', sessionId },
  finishing: { phase: 'finishing', sessionId, serviceResult, checking: false },
  ended: { phase: 'ended', sessionId, end: { kind: 'interrupted' } },
} satisfies Record<CustodyState['phase'], CustodyState>

const events: Record<string, CustodyEvent> = {
  'start-requested': { type: 'start-requested' },
  'start-lost': { type: 'start-lost' },
  started: { type: 'started', sessionId },
  'start-failed': { type: 'start-failed', failure },
  'claim-lost': { type: 'claim-lost' },
  claimed: { type: 'claimed' },
  resumed: { type: 'resumed', sessionId },
  'claim-failed': { type: 'claim-failed', failure },
  'finish-requested': { type: 'finish-requested', serviceResult },
  'finish-lost': { type: 'finish-lost' },
  'finish-confirmed': { type: 'finish-confirmed' },
  'finish-refused': { type: 'finish-refused' },
  'observed available': { type: 'observed', state: 'available' },
  'observed active': { type: 'observed', state: 'active' },
  'observed unknown': { type: 'observed', state: 'unknown' },
  'observed finished': { type: 'observed', state: 'finished' },
  'observed interrupted': { type: 'observed', state: 'interrupted' },
  'observed failed': { type: 'observed', state: 'failed' },
  'forgotten-by-server': { type: 'forgotten-by-server' },
  'interrupted-here': { type: 'interrupted-here' },
  expired: { type: 'expired' },
}

/** Phase after each event; events not listed here change nothing. */
const table: Record<Exclude<CustodyState['phase'], 'ended'>, Record<string, string>> = {
  idle: { 'start-requested': 'starting', resumed: 'active' },
  starting: { 'start-lost': 'starting?', started: 'claiming', 'start-failed': 'ended failed' },
  claiming: {
    'claim-lost': 'claiming?',
    claimed: 'active',
    'claim-failed': 'ended failed',
    'observed finished': 'ended finished',
    'observed interrupted': 'ended interrupted',
    'observed failed': 'ended failed',
    'forgotten-by-server': 'ended lost',
    'interrupted-here': 'ended interrupted-here',
  },
  active: {
    'finish-requested': 'finishing',
    'observed finished': 'ended finished',
    'observed interrupted': 'ended interrupted',
    'observed failed': 'ended failed',
    'forgotten-by-server': 'ended lost',
    'interrupted-here': 'ended interrupted-here',
    expired: 'ended expired',
  },
  finishing: {
    'finish-requested': 'finishing?',
    'finish-lost': 'finishing?',
    'finish-confirmed': 'ended finished',
    'finish-refused': 'active',
    'observed finished': 'ended finished',
    'observed interrupted': 'ended interrupted',
    'observed failed': 'ended failed',
    'forgotten-by-server': 'ended lost',
    'interrupted-here': 'ended interrupted-here',
  },
}

const word = (state: CustodyState): string => {
  if (state.phase === 'ended') return `ended ${state.end.kind}`
  return 'checking' in state && state.checking ? `${state.phase}?` : state.phase
}

// @proves Sessions and links: P3 one end per session, with a reason
describe('the state of a custody', () => {
  const rows = Object.entries(table).flatMap(([phase, changes]) =>
    Object.keys(events).map((event) => [phase as keyof typeof table, event, changes[event] ?? phase] as const),
  )
  it.each(rows)('%s, %s → %s', (phase, event, expected) => {
    expect(word(nextCustodyState(states[phase], events[event] as CustodyEvent))).toBe(expected)
  })

  it.each(Object.keys(events))('does not change after the end by %s', (event) => {
    expect(nextCustodyState(states.ended, events[event] as CustodyEvent)).toBe(states.ended)
  })

  it('keeps the result it was finished with, however the finish was confirmed', () => {
    for (const event of ['finish-confirmed', 'observed finished']) {
      expect(nextCustodyState(states.finishing, events[event] as CustodyEvent)).toMatchObject({
        end: { serviceResult },
      })
    }
  })

  it('does not claim a result when somebody else finished the session', () => {
    const state = nextCustodyState(states.active, { type: 'observed', state: 'finished' })
    expect(state).toEqual({ phase: 'ended', sessionId, end: { kind: 'finished' } })
  })
})
