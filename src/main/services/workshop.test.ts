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
