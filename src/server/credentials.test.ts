import { describe, expect, it } from 'vitest'
import { ManualClock } from './clock/manual-clock.ts'
import { assertCredentials, clusterId, randomPartner } from './credentials.ts'
import type { Refusal } from './refusal.ts'
import { type TokenKind, TokenVault } from './tokens.ts'

const partners = [
  { clientId: 'garage', clientSecret: 'secret-1' },
  { clientId: 'rival', clientSecret: 'secret-2' },
]
const request = { client_id: 'garage', client_secret: 'secret-1', cluster_id: clusterId }
const refusalOf = (attempt: () => unknown): string => {
  try {
    attempt()
    return 'let in'
  } catch (error) {
    const { kind, message } = error as Refusal
    return `${kind}: ${message}`
  }
}
const check = (more: object = {}) => refusalOf(() => assertCredentials({ ...request, ...more }, partners, clusterId))

describe('credentials', () => {
  it.each([
    [{}, 'let in'],
    [{ client_id: 'rival', client_secret: 'secret-2' }, 'let in'],
    [{ client_id: '' }, 'invalid-argument: client_id is missing'],
    [{ client_secret: '' }, 'invalid-argument: client_secret is missing'],
    [{ cluster_id: '' }, 'invalid-argument: cluster_id is missing'],
    [{ client_id: 'other' }, 'invalid-argument: invalid client'],
    [{ client_secret: 'secret-2' }, 'invalid-argument: invalid client'],
    [{ client_id: 'other', client_secret: 'other' }, 'invalid-argument: invalid client'],
    [{ cluster_id: '002' }, 'invalid-argument: the cluster does not exist here'],
  ])('with %j: %s', (more, expected) => expect(check(more)).toBe(expected))

  it('of a run are made anew, and long enough that nobody guesses them', () => {
    const [one, other] = [randomPartner(), randomPartner()]
    expect(one.clientId).toMatch(/^local-[0-9a-f]{12}$/)
    expect(Buffer.from(one.clientSecret, 'base64url')).toHaveLength(32)
    expect([one.clientId === other.clientId, one.clientSecret === other.clientSecret]).toEqual([false, false])
  })
})

describe('a token', () => {
  const setUp = () => {
    const clock = new ManualClock(0)
    return { clock, vault: new TokenVault<string>(clock) }
  }

  it('is known with its kind, its holder and its end', () => {
    const { vault } = setUp()
    const token = vault.issue('session', 'me', 5_000)
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    expect(vault.find(token)).toEqual({ kind: 'session', holder: 'me', expiresAt: 5_000, isSpent: false })
    expect(vault.find('guess')).toBeUndefined()
  })

  it.each<[string | undefined, readonly TokenKind[], string]>([
    [undefined, ['session'], 'unauthenticated: a bearer token is needed'],
    ['guess', ['session'], 'unauthenticated: the token is unknown or has expired'],
    ['own', ['controller'], 'unauthenticated: this call needs a controller token, not a session token'],
    ['own', ['controller', 'session'], 'let in'],
  ])('%s is demanded as %j: %s', (given, kinds, expected) => {
    const { vault } = setUp()
    const own = vault.issue('session', 'me', 5_000)
    expect(refusalOf(() => vault.demand(given === 'own' ? own : given, kinds))).toBe(expected)
  })

  it('is revoked alone, or with all that match', () => {
    const { vault } = setUp()
    const [a, b, c] = [
      vault.issue('session', 'me', 9),
      vault.issue('session', 'me', 9),
      vault.issue('monitor', 'you', 9),
    ]
    vault.revoke(a)
    expect([a, b, c].map((token) => vault.find(token)?.holder)).toEqual([undefined, 'me', 'you'])
    vault.revokeAll(({ holder }) => holder === 'me')
    expect([a, b, c].map((token) => vault.find(token)?.holder)).toEqual([undefined, undefined, 'you'])
    expect(vault.size).toBe(1)
  })

  it('is counted while it is valid and not spent', async () => {
    const { clock, vault } = setUp()
    const spent = vault.issue('authentication', 'me', Number.POSITIVE_INFINITY)
    vault.issue('session', 'me', 10)
    vault.issue('session', 'you', 20)
    const record = vault.find(spent)
    if (record) record.isSpent = true
    expect([vault.count(() => true), vault.count(({ holder }) => holder === 'me')]).toEqual([2, 1])
    await clock.advance(10)
    expect([vault.count(() => true), vault.size]).toEqual([1, 2])
  })
})
