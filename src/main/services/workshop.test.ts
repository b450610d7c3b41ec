import { describe, expect, it } from 'vitest'
import type { SessionRecord } from '../../openobd/wire/session-record.ts'
import type { WorkshopConnector } from '../../openobd/wire/workshop-connector.ts'
import type { WorkshopTicket } from '../../openobd/wire/workshop-ticket.ts'
import { Workshop } from './workshop.ts'

const ticket = (number: string, more: Partial<WorkshopTicket> = {}): WorkshopTicket => ({
  number,
  id: `id-${number}`,
  connectorNumber: '900',
  subject: '',
  vehicleName: '',
  licensePlate: '',
  ...more,
})
const connector = (number: string, more: Partial<WorkshopConnector> = {}): WorkshopConnector => ({
  number,
  id: `id-${number}`,
  name: '',
  online: true,
  plugged: true,
  vehicleName: '',
  vin: '',
  ignitionOn: false,
  ...more,
})
const session = (sessionId: string, more: Partial<SessionRecord> = {}): SessionRecord => ({
  sessionId,
  state: 'active',
  createdAt: 1,
  connectorNumber: '900',
  transitions: [],
  contexts: [],
  acceptedFinishes: 0,
  startedBy: 'c',
  ...more,
})

function setUp() {
  let changes = 0
  const workshop: Workshop = new Workshop(
    () => {
      changes += 1
    },
    () => 77,
  )
  const snapshot = {
    workshopName: 'W',
    tickets: [ticket('1')],
    connectors: [connector('900')],
    sessions: [],
    prompts: [],
  }
  workshop.apply({ kind: 'snapshot', snapshot })
  const view = () => ({ ...workshop.slices(), ...workshop.slices().workshop })
  return { workshop, snapshot, view, changes: () => changes }
}

describe('the viewer of a gateway, which lists nothing', () => {
  const nothing = { workshopName: '', tickets: [], connectors: [], sessions: [session('s-1')], prompts: [] }

  it('is no workshop, but its sessions are known', () => {
    const { workshop, view } = setUp()
    workshop.apply({ kind: 'snapshot', snapshot: nothing })
    expect(view()).toMatchObject({ status: 'absent', name: '', tickets: [], connectors: [] })
    expect(workshop.isAbsent).toBe(true)
    expect(workshop.sessionRecord('s-1')).toBeDefined()
    expect(workshop.connectorOf('s-1')).toBeUndefined()
  })

  it('leaves the tickets of the Partner API, also after a lost connection', () => {
    const { workshop, view } = setUp()
    workshop.apply({ kind: 'snapshot', snapshot: nothing })
    workshop.setListed([], 'joined')
    workshop.setStale()
    workshop.apply({ kind: 'snapshot', snapshot: nothing })
    expect(view()).toMatchObject({ status: 'ready', source: 'partner-api' })
    expect(workshop.isAbsent).toBe(false)
  })
})

describe('Workshop', () => {
  it('is loading until the first snapshot', () => {
    const workshop = new Workshop(
      () => undefined,
      () => 77,
    )
    expect(workshop.slices().workshop.status).toBe('loading')
  })

  it('replaces everything with a snapshot', () => {
    const { workshop, snapshot, view } = setUp()
    workshop.apply({ kind: 'session-changed', session: session('s1') })
    workshop.apply({ kind: 'snapshot', snapshot: { ...snapshot, tickets: [ticket('2')] } })
    expect(view()).toMatchObject({ status: 'ready', name: 'W', tickets: [{ number: '2' }] })
    expect(workshop.sessionRecord('s1')).toBeUndefined()
  })

  it('shows a ticket as in use when any session holds its connection', () => {
    const { workshop, view } = setUp()
    expect(view()?.tickets[0]?.inUse).toBe(false)
    workshop.apply({ kind: 'connector-changed', connector: connector('900', { sessionId: 's1' }) })
    expect(view()).toMatchObject({ tickets: [{ inUse: true }], connectors: [{ inUse: true }] })
    expect(workshop.sessionHolding({ kind: 'ticket', number: '1' })).toBe('s1')
    expect(workshop.sessionHolding({ kind: 'connector', number: '900' })).toBe('s1')
    expect(workshop.sessionHolding({ kind: 'ticket', number: 'unknown' })).toBeUndefined()
    workshop.apply({ kind: 'connector-changed', connector: connector('900') })
    workshop.apply({ kind: 'ticket-changed', ticket: ticket('1', { sessionId: 's2' }) })
    expect(workshop.sessionHolding({ kind: 'ticket', number: '1' })).toBe('s2')
  })

  it('names a session after its ticket, else after its connector', () => {
    const { workshop } = setUp()
    workshop.apply({ kind: 'session-changed', session: session('s1', { ticketNumber: '1' }) })
    workshop.apply({ kind: 'session-changed', session: session('s2') })
    expect(['s1', 's2', 's3'].map((id) => workshop.labelOf(id))).toEqual(['1', '900', undefined])
    expect(workshop.connectorOf('s1')?.number).toBe('900')
  })

  it('keeps its last values as stale while the viewer is disconnected', () => {
    const { workshop, view } = setUp()
    workshop.setStale()
    expect(view()).toMatchObject({ status: 'stale', staleSince: 77, tickets: [{ number: '1' }] })
  })

  it('is empty on a server without a viewer and after a change of server', () => {
    const { workshop, view } = setUp()
    workshop.setAbsent()
    expect(workshop.slices()).toEqual({ workshop: { status: 'absent', name: '' }, tickets: [], connectors: [] })
    workshop.setStale()
    expect(view()?.status).toBe('absent')
    workshop.reset()
    expect(view()?.status).toBe('loading')
  })

  it('ignores events of a later version', () => {
    const { workshop, changes } = setUp()
    const before = changes()
    workshop.apply({ kind: 'unknown' })
    expect(changes()).toBe(before)
  })

  it('uses the connector number as the name of a lift without a name', () => {
    const { workshop } = setUp()
    workshop.apply({ kind: 'session-changed', session: session('s1') })
    expect(workshop.placeOf('s1')?.connectorName).toBe('900')
    workshop.apply({ kind: 'connector-changed', connector: connector('900', { name: 'Lift 2' }) })
    expect(workshop.placeOf('s1')?.connectorName).toBe('Lift 2')
    workshop.apply({ kind: 'session-changed', session: session('s2', { connectorNumber: '' }) })
    expect(workshop.placeOf('s2')?.connectorName).toBeUndefined()
  })

  it('keeps the same object for unchanged items', () => {
    const { workshop, view } = setUp()
    const before = view()
    workshop.apply({ kind: 'connector-changed', connector: connector('901') })
    expect(view().tickets[0]).toBe(before.tickets[0])
    expect(view().connectors[0]).toBe(before.connectors[0])
    workshop.apply({ kind: 'connector-changed', connector: connector('900', { sessionId: 's1' }) })
    expect(view().tickets[0]).not.toBe(before.tickets[0])
  })

  it('says since when a connection is in use and what runs there, and changes only what has changed', () => {
    const { workshop, snapshot, view } = setUp()
    const held = connector('900', { sessionId: 's1' })
    workshop.apply({ kind: 'snapshot', snapshot: { ...snapshot, connectors: [held], sessions: [session('s1')] } })
    expect(view().tickets).toMatchObject([{ inUse: true, use: { since: 1 } }])
    expect(view().connectors).toMatchObject([{ inUse: true, use: { since: 1 } }])
    const before = view()
    expect(view().tickets[0]).toBe(before.tickets[0])
    const running = { id: 'c', parentId: 'r', state: 'active', functionName: 'Calibrate' } as const
    workshop.apply({ kind: 'session-changed', session: session('s1', { contexts: [running] }) })
    expect(view().tickets[0]?.use).toEqual({ since: 1, functionName: 'Calibrate' })
    expect(view().connectors[0]?.use).toEqual({ since: 1, functionName: 'Calibrate' })
    const ended = { ...running, finishedAt: 9 }
    workshop.apply({ kind: 'session-changed', session: session('s1', { contexts: [ended] }) })
    expect(view().tickets[0]?.use).toEqual({ since: 1 })
    workshop.apply({ kind: 'connector-changed', connector: connector('900') })
    expect(view().tickets[0]).toEqual({ ...before.tickets[0], inUse: false, use: undefined })
  })
})

describe('where a session is', () => {
  const car = { name: 'Lift 2', vehicleName: 'Falkenberg', sessionId: 's1' }
  const visit = { licensePlate: 'HB-FC 2108', vehicleName: 'from the ticket' }

  it('is told by its ticket and its connector, and the car by the connector first', () => {
    const { workshop } = setUp()
    workshop.apply({ kind: 'ticket-changed', ticket: ticket('1', visit) })
    workshop.apply({ kind: 'session-changed', session: session('s1', { ticketNumber: '1' }) })
    expect(workshop.placeOf('s1')).toEqual({
      licensePlate: 'HB-FC 2108',
      connectorName: '900',
      vehicleName: 'from the ticket',
      functionName: undefined,
    })
    workshop.apply({ kind: 'connector-changed', connector: connector('900', car) })
    expect(workshop.placeOf('s1')).toMatchObject({ connectorName: 'Lift 2', vehicleName: 'Falkenberg' })
    expect(workshop.placeOf('s2')).toBeUndefined()
  })

  it('has no plate without a ticket, and no empty texts', () => {
    const { workshop } = setUp()
    workshop.apply({ kind: 'ticket-changed', ticket: ticket('1', visit) })
    workshop.apply({ kind: 'session-changed', session: session('s1') })
    workshop.apply({ kind: 'session-changed', session: session('s2', { ticketNumber: '2' }) })
    const nothing = { licensePlate: undefined, vehicleName: undefined, connectorName: '900', functionName: undefined }
    expect(workshop.placeOf('s1')).toEqual(nothing)
    expect(workshop.placeOf('s2')).toEqual(nothing)
  })

  it('names the function that was started last and runs, and no context without a function', () => {
    const { workshop } = setUp()
    const context = (id: string, more: object) => ({ id, parentId: 'r', state: 'active' as const, ...more })
    const contexts = [
      context('a', { functionName: 'First' }),
      context('b', { functionName: 'Second' }),
      context('c', { functionName: 'Third', finishedAt: 9 }),
      context('d', { functionName: '' }),
    ]
    workshop.apply({ kind: 'session-changed', session: session('s1', { contexts }) })
    expect(workshop.placeOf('s1')?.functionName).toBe('Second')
  })

  it('says for a prompt which car it is, without what runs there', () => {
    const { workshop } = setUp()
    workshop.apply({ kind: 'ticket-changed', ticket: ticket('1', visit) })
    workshop.apply({ kind: 'connector-changed', connector: connector('900', car) })
    const running = { id: 'c', parentId: 'r', state: 'active', functionName: 'Calibrate' } as const
    workshop.apply({ kind: 'session-changed', session: session('s1', { ticketNumber: '1', contexts: [running] }) })
    expect(workshop.carOf('s1')).toEqual({
      licensePlate: 'HB-FC 2108',
      connectorName: 'Lift 2',
      vehicleName: 'Falkenberg',
      ticketNumber: '1',
      connectorNumber: '900',
    })
    expect(workshop.carOf('s2')).toEqual({})
    expect(workshop.connectorOf('s1')?.name).toBe('Lift 2')
    expect(workshop.connectorOf('s2')).toBeUndefined()
  })

  it('is known for a new job from its target', () => {
    const { workshop } = setUp()
    const place = (kind: 'ticket' | 'connector', number: string) => workshop.placeOfTarget({ kind, number })
    expect([place('ticket', '1'), place('connector', '900'), place('ticket', '7')]).toEqual([{}, {}, {}])
    workshop.apply({ kind: 'ticket-changed', ticket: ticket('1', visit) })
    expect(place('ticket', '1')).toEqual({ licensePlate: 'HB-FC 2108', vehicleName: 'from the ticket' })
    workshop.apply({ kind: 'connector-changed', connector: connector('900', car) })
    expect(place('ticket', '1')).toEqual({ licensePlate: 'HB-FC 2108', lift: 'Lift 2', vehicleName: 'Falkenberg' })
    expect(place('connector', '900')).toEqual({ lift: 'Lift 2', vehicleName: 'Falkenberg' })
    expect(place('connector', '1')).toEqual({})
    expect(place('ticket', '900')).toEqual({})
  })

  it('is never confused by a ticket and a connector with the same number', () => {
    const { workshop } = setUp()
    workshop.apply({ kind: 'ticket-changed', ticket: ticket('900', { connectorNumber: '901', sessionId: 'of 901' }) })
    expect(workshop.sessionHolding({ kind: 'connector', number: '900' })).toBeUndefined()
    expect(workshop.sessionHolding({ kind: 'ticket', number: '900' })).toBe('of 901')
    workshop.apply({ kind: 'connector-changed', connector: connector('900', { sessionId: 'of 900' }) })
    expect(workshop.sessionHolding({ kind: 'ticket', number: '900' })).toBe('of 901')
    workshop.apply({ kind: 'connector-changed', connector: connector('901', { sessionId: 'newer' }) })
    expect(workshop.sessionHolding({ kind: 'ticket', number: '900' })).toBe('newer')
  })
})

describe('what the screen gets', () => {
  it('are the values of tickets and connectors, and of the link where there is one', () => {
    const { workshop, snapshot } = setUp()
    const values = { name: 'Lift 2', online: false, plugged: false, vehicleName: 'F', vin: 'V', voltage: 12.4 }
    const linked = connector('900', { ...values, ignitionOn: true, link: { latencyMs: 7, healthy: false } as never })
    const described = ticket('1', { subject: 'Oil', vehicleName: 'F', licensePlate: 'P' })
    workshop.apply({ kind: 'snapshot', snapshot: { ...snapshot, tickets: [described], connectors: [linked] } })
    expect(workshop.slices()).toEqual({
      workshop: { status: 'ready', name: 'W' },
      tickets: [
        { number: '1', connectorNumber: '900', subject: 'Oil', vehicleName: 'F', licensePlate: 'P', inUse: false },
      ],
      connectors: [{ number: '900', ...values, ignitionOn: true, latencyMs: 7, healthy: false, inUse: false }],
    })
  })

  it('does not know since when a session of an older server runs', () => {
    const { workshop, view } = setUp()
    workshop.apply({ kind: 'connector-changed', connector: connector('900', { sessionId: 's1' }) })
    workshop.apply({ kind: 'session-changed', session: session('s1', { createdAt: undefined }) })
    expect(view().connectors[0]).toMatchObject({ inUse: true, use: {} })
    const before = view().connectors[0]
    workshop.apply({ kind: 'session-changed', session: session('s1', { createdAt: 5 }) })
    expect(view().connectors[0]).not.toBe(before)
    expect(view().connectors[0]?.use).toEqual({ since: 5 })
  })

  it('is announced after every change, and not when nothing changes', () => {
    const { workshop, changes } = setUp()
    const counts = [changes()]
    const note = () => void counts.push(changes())
    workshop.apply({ kind: 'ticket-changed', ticket: ticket('2') })
    note()
    workshop.setStale()
    note()
    workshop.setStale()
    note()
    workshop.reset()
    note()
    workshop.setAbsent()
    note()
    expect(counts).toEqual([1, 2, 3, 3, 4, 5])
  })
})
