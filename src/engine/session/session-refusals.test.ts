import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../server/clock/manual-clock.ts'
import { Refusal } from '../../server/refusal.ts'
import { TokenVault } from '../../server/tokens.ts'
import { activeAccess, authoriseClaim, controllerAccess } from './access.ts'
import type { DiagnosticSession, TokenHolder } from './diagnostic-session.ts'
import { SessionBook } from './session-book.ts'

function setUp(bay: { isOnline?: boolean } = {}) {
  const clock = new ManualClock(0)
  const vault = new TokenVault<TokenHolder>(clock)
  const place = {
    number: '2108',
    isOnline: true,
    session: undefined as DiagnosticSession | undefined,
    occupy: (session: DiagnosticSession | undefined) => {
      place.session = session
    },
    ...bay,
  }
  const workshop = {
    findTicket: (number: string) => (number === '1' ? { number, bay: place } : undefined),
    findBay: (number: string) => (number === '2108' ? place : undefined),
  }
  const book = new SessionBook({ clock, vault, workshop: workshop as never })
  return { clock, vault, book }
}
const refusalOf = (attempt: () => unknown): [kind: string, text: string] | undefined => {
  try {
    attempt()
    return undefined
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return [error.kind, error.message]
  }
}

describe('a start is refused with its reason', () => {
  it('when ticket or connector are not named, or not known', () => {
    const { book } = setUp()
    expect(refusalOf(() => book.startOnTicket('', 'us'))).toEqual(['invalid-argument', 'the ticket number is empty'])
    expect(refusalOf(() => book.startOnTicket('9', 'us'))).toEqual([
      'failed-precondition',
      'no ticket found with that number',
    ])
    expect(refusalOf(() => book.startOnConnector('', 'us'))).toEqual([
      'invalid-argument',
      'the connector number is empty',
    ])
    expect(refusalOf(() => book.startOnConnector('9', 'us'))).toEqual([
      'not-found',
      'no connector found with that number',
    ])
  })

  it('when the connector is offline or in use', () => {
    expect(refusalOf(() => setUp({ isOnline: false }).book.startOnConnector('2108', 'us'))).toEqual([
      'unavailable',
      'the connector is offline',
    ])
    const { book } = setUp()
    book.startOnTicket('1', 'us')
    expect(refusalOf(() => book.startOnConnector('2108', 'us'))).toEqual(['unavailable', 'resource already in use'])
  })
})

describe('a session', () => {
  it('is on its ticket, or on no ticket', () => {
    expect(setUp().book.startOnTicket('1', 'us').ticketNumber).toBe('1')
    expect(setUp().book.startOnConnector('2108', 'us').ticketNumber).toBe('')
  })

  it('takes the details of one function, as often as they come, and of no other', () => {
    const session = setUp().book.startOnTicket('1', 'us')
    const details = (id: string, name: string) => ({ id, version: '', name, products: [], vehicles: [] }) as never
    session.registerDetails(session.root, details('a', 'one'))
    session.registerDetails(session.root, details('a', 'two'))
    expect(session.root.details?.name).toBe('two')
    expect(refusalOf(() => session.registerDetails(session.root, details('b', 'one')))).toEqual([
      'already-exists',
      'another function is registered in this function context',
    ])
  })

  it('is ended when it lasts too long, which its last transition says', async () => {
    const { book, clock } = setUp()
    const session = book.startOnTicket('1', 'us')
    session.claim(session.root)
    for (let minutes = 0; minutes < 240; minutes += 4) {
      expect(session.isOver).toBe(false)
      session.issueSessionToken(session.root)
      await clock.advance(4 * 60_000)
    }
    expect(session.isOver).toBe(true)
    expect(session.transitions.at(-1)?.cause).toBe('maximum duration of a session')
  })

  it('tells its resources whether it was finished or cut off', () => {
    for (const [state, ending] of [
      ['finished', 'finished'],
      ['interrupted', 'cut'],
      ['failed', 'cut'],
    ] as const) {
      const session = setUp().book.startOnTicket('1', 'us')
      const endings: string[] = []
      session.resources.obtain({ name: 'one' }, () => ({ dispose: (how) => void endings.push(how) }))
      session.end(state, 'test')
      expect(endings).toEqual([ending])
    }
  })

  it('says how deep functions may call each other', () => {
    const session = setUp().book.startOnTicket('1', 'us')
    let parent = session.root
    const refused = refusalOf(() => {
      for (let depth = 0; depth < 1_000; depth += 1) {
        session.claim(parent)
        parent = session.startChild(parent)
      }
    })
    expect(refused).toEqual(['resource-exhausted', 'functions call each other too deeply'])
  })
})

describe('a token of another kind', () => {
  it('is refused: one of a session is no partner, one of a partner is in no session', () => {
    const { book, vault } = setUp()
    const session = book.startOnTicket('1', 'us')
    const context: TokenHolder = { kind: 'context', session, context: session.root }
    const strange = vault.issue('controller', context, 1_000)
    expect(refusalOf(() => controllerAccess.authorise(strange, vault))).toEqual([
      'unauthenticated',
      'the token does not belong to a partner',
    ])
    const ofPartner = vault.issue('session', { kind: 'partner', clientId: 'us' }, 1_000)
    expect(refusalOf(() => activeAccess.authorise(ofPartner, vault))).toEqual([
      'unauthenticated',
      'the token does not belong to a session',
    ])
  })

  it('of a claim is the authentication token of a context that is not claimed', () => {
    const { book, vault } = setUp()
    const session = book.startOnTicket('1', 'us')
    const token = session.root.authenticationToken ?? ''
    expect(authoriseClaim(token, vault)).toEqual({ session, context: session.root })
    const missing = refusalOf(() => authoriseClaim('', vault))
    expect(missing?.[0]).toBe('unauthenticated')
    expect(missing).toEqual(refusalOf(() => controllerAccess.authorise(undefined, vault)))
    session.claim(session.root)
    expect(refusalOf(() => authoriseClaim(token, vault))?.[0]).toBe('permission-denied')
  })
})
