import { describe, expect, it } from 'vitest'
import type { RefusalKind } from '../../server/refusal.ts'
import {
  assertAllowed,
  type ContextEvent,
  type ContextRule,
  type ContextState,
  nextContextState,
  sessionStateOf,
} from './state-table.ts'

const states: readonly ContextState[] = ['available', 'active', 'ended']

describe('the state table of a context', () => {
  // @proves Protocol and engine: The state table holds in any order of calls, also when a reply is lost
  it.each<[ContextState, ContextEvent, ContextState]>([
    ['available', 'authenticate', 'active'],
    ['available', 'child-ended', 'available'],
    ['active', 'child-ended', 'active'],
    ['available', 'end', 'ended'],
    ['active', 'end', 'ended'],
  ])('goes from %s by %s to %s', (state, event, next) => {
    expect(nextContextState(state, event)).toBe(next)
  })

  it.each<[ContextState, ContextEvent, RefusalKind]>([
    ['active', 'authenticate', 'permission-denied'],
    ['ended', 'authenticate', 'failed-precondition'],
    ['ended', 'child-ended', 'failed-precondition'],
    ['ended', 'end', 'failed-precondition'],
  ])('refuses from %s the event %s', (state, event, kind) => {
    expect(() => nextContextState(state, event)).toThrow(expect.objectContaining({ kind }))
  })

  it.each<[ContextRule, readonly ContextState[]]>([
    ['available', ['available']],
    ['active', ['active']],
    ['any', ['available', 'active']],
  ])('allows a call under the rule %s in exactly %j', (rule, allowed) => {
    for (const state of states) {
      const attempt = () => assertAllowed(state, rule)
      if (allowed.includes(state)) expect(attempt).not.toThrow()
      else expect(attempt).toThrow()
    }
  })

  it('calls a session active while anybody in it is', () => {
    expect(sessionStateOf([{ state: 'available' }])).toBe('available')
    expect(sessionStateOf([{ state: 'available' }, { state: 'active' }])).toBe('active')
    expect(sessionStateOf([{ state: 'active' }, { state: 'available' }])).toBe('active')
  })
})
