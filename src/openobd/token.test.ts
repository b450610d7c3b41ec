import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { callFailure } from './failure.ts'
import { failureFromStatus } from './grpc/grpc-status.ts'
import { Token, tokenFromWire } from './token.ts'

const secret = 'known-value-7f3a'

describe('a token', () => {
  const token = new Token('session', secret)

  it.each<[string, () => string]>([
    ['inspecting', () => inspect(token, { depth: 9, showHidden: true })],
    ['inspecting what holds it', () => inspect({ list: [token], map: new Map([['a', token]]) }, { depth: 9 })],
    ['a template', () => `${token}`],
    ['JSON', () => JSON.stringify({ token })],
    ['an error', () => String(new Error(`no ${token}`).stack)],
    ['its properties', () => JSON.stringify(Object.entries(token)) + Reflect.ownKeys(token).join()],
    ['a failure', () => inspect(callFailure('a/b', 'internal', { detail: `${token}` }))],
    [
      'a complaint of the server',
      () => inspect(failureFromStatus('a/b', { code: 16, details: `token ${secret} is old` }, token)),
    ],
    [
      'a complaint that quotes the header',
      () => inspect(failureFromStatus('a/b', { code: 16, details: `got Bearer ${secret}.` })),
    ],
  ])('does not appear by %s', (_title, show) => {
    expect(show()).not.toContain(secret)
  })

  it('gives its value only when asked', () => {
    expect(token.reveal()).toBe(secret)
    expect(token.equals(new Token('session', secret))).toBe(true)
    expect(token.equals(new Token('session', 'other'))).toBe(false)
  })

  it.each(['', ' ', 'two words', 'line\nbreak', 'tab\t', 'Ümlaut', 'x'.repeat(8_193)])('is not made of %j', (value) => {
    expect(tokenFromWire('session', value)).toBeUndefined()
  })

  it('is made of what a header can carry', () => {
    expect(tokenFromWire('controller', 'eyJ.a-b_c~+/=')?.kind).toBe('controller')
  })
})
