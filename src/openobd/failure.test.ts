import { describe, expect, it } from 'vitest'
import { succeeded } from '../shared/outcome.ts'
import {
  callFailure,
  MalformedMessage,
  mapOutcome,
  refused,
  rpcName,
  unlessMalformed,
  withoutValue,
} from './failure.ts'

describe('a failure of a call', () => {
  it('was refused, by this side, unless it says more', () => {
    const failure = callFailure('a/b', 'unknown-ticket')
    expect(failure).toStrictEqual({
      code: 'unknown-ticket',
      nextAction: 'correct-input',
      correlationId: failure.correlationId,
      rpc: 'a/b',
      certainty: 'refused',
      answered: false,
    })
  })

  it('keeps what it says, a long text cut', () => {
    const more = {
      certainty: 'unclear',
      detail: 'x'.repeat(501),
      parameters: { cause: 'expired' },
      bearerRefused: true,
      answered: true,
    } as const
    const { failure } = refused('a/b', 'internal', more)
    expect(failure).toStrictEqual({
      ...callFailure('a/b', 'internal'),
      ...more,
      correlationId: failure.correlationId,
      detail: 'x'.repeat(500),
    })
    expect(refused('a/b', 'internal', { detail: '', bearerRefused: false }).failure).not.toHaveProperty('detail')
    expect('bearerRefused' in callFailure('a/b', 'internal', { bearerRefused: false })).toBe(false)
  })
})

describe('the reply of a call', () => {
  const method = { path: '/openOBD.v1.session/finish' }

  it('is converted, and a failure stays as it is', () => {
    expect(mapOutcome(method, succeeded(2), (value) => value * 2)).toEqual({ ok: true, value: 4 })
    const failure = refused('a/b', 'internal')
    expect(mapOutcome(method, failure, () => 1)).toBe(failure)
    expect([withoutValue(succeeded(2)), withoutValue(failure)]).toEqual([{ ok: true, value: null }, failure])
  })

  it('that lacks a field is a failure that names it, and a bug is no failure', () => {
    const malformed = () => {
      throw new MalformedMessage('Session', 'id')
    }
    expect(mapOutcome(method, succeeded(1), malformed)).toMatchObject({
      failure: {
        code: 'not-an-openobd-service',
        rpc: 'session/finish',
        certainty: 'unclear',
        detail: 'Session.id is missing.',
      },
    })
    const broken = () => {
      throw new TypeError('a bug')
    }
    expect(() => mapOutcome(method, succeeded(1), broken)).toThrow(TypeError)
  })

  it('is named by its rpc, without the package', () => {
    expect(rpcName(method)).toBe('session/finish')
    expect(rpcName({ path: '/session/finish' })).toBe('session/finish')
    expect(rpcName({ path: 'custody' })).toBe('custody')
  })

  it('has an error with the parts of the field', () => {
    const error = new MalformedMessage('Session', 'id', 'is out of range')
    expect([error.name, error.messageName, error.fieldName, error.message]).toEqual([
      'MalformedMessage',
      'Session',
      'id',
      'Session.id is out of range.',
    ])
  })
})

describe('a message that may be malformed', () => {
  it('is read, or replaced by what is said for it; a mistake of ours is thrown', () => {
    const malformed = new MalformedMessage('Ecu', 'bus')
    const read = (error?: Error) =>
      unlessMalformed<unknown>(
        () => {
          if (error) throw error
          return 'read'
        },
        (given) => given,
      )
    expect([read(), read(malformed)]).toEqual(['read', malformed])
    expect(() => read(new TypeError('ours'))).toThrow('ours')
  })
})
