import { Metadata } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { bearerOf } from './bearer.ts'
import { assertLocalCaller, isLoopbackAuthority } from './local-caller.ts'

const metadata = (name: string, ...values: string[]): Metadata => {
  const made = new Metadata()
  for (const value of values) made.add(name, value)
  return made
}

describe('an authority', () => {
  it.each([
    'localhost',
    'localhost:1',
    '127.0.0.1',
    '127.0.0.1:50051',
    '127.8.9.10:1',
    '[::1]',
    '[::1]:1',
    '[::ffff:127.0.0.1]:1',
  ])('"%s" names this computer', (authority) => expect(isLoopbackAuthority(authority)).toBe(true))

  it.each([
    undefined,
    '',
    ':1',
    'localhost.evil.example',
    'xlocalhost',
    'evil.example:50051',
    '192.168.1.1:1',
    '8.8.8.8',
    '[fe80::1]:1',
    '::1',
    '127.0.0.1:x',
    '127.0.0.1:1x',
    'x127.0.0.1',
  ])('"%s" does not', (authority) => expect(isLoopbackAuthority(authority)).toBe(false))
})

describe('a caller', () => {
  const check = (origin: string[], host: string) => () =>
    assertLocalCaller({ metadata: metadata('origin', ...origin), getHost: () => host })

  it('of this computer is let in', () => expect(check([], '127.0.0.1:1')).not.toThrow())

  it('is refused with the reason when it is a web page', () => {
    expect(check(['https://evil.example'], '127.0.0.1:1')).toThrow('calls from web pages are refused')
    expect(check([], 'evil.example')).toThrow('calls under another host name are refused')
    expect(check([], 'evil.example')).toThrow(expect.objectContaining({ kind: 'permission-denied' }))
  })
})

describe('the bearer', () => {
  it.each([
    [['Bearer abc'], 'abc'],
    [['bearer abc'], 'abc'],
    [['BEARER  a b '], 'a b'],
    [[], undefined],
    [['Bearer '], undefined],
    [['Bearer  '], undefined],
    [['Bearer None'], undefined],
    [['Bearer NoneX'], 'NoneX'],
    [['Basic abc'], undefined],
    [['x Bearer abc'], undefined],
    [['Bearer a', 'Bearer b'], undefined],
  ])('of %j is %s', (values, expected) => {
    expect(bearerOf(metadata('authorization', ...values))).toBe(expected)
  })
})
