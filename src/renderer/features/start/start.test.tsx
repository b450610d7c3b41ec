// @vitest-environment happy-dom
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { AppState } from '../../../shared/app-state.ts'
import type { SessionSummary } from '../../../shared/session.ts'
import { drawApp } from '../../testing/draw-app.tsx'
import { fakeFailure } from '../../testing/fake-workbench.ts'
import { sampleJob, sampleSession, startState } from '../../testing/sample-state.ts'

const main = () => screen.getByRole('main', { name: 'Start' })
const form = () => screen.getByRole('form', { name: 'Start a session' })
const field = () => within(form()).getByRole<HTMLInputElement>('textbox', { name: 'Ticket number' })
const startButton = () => within(form()).getByRole<HTMLButtonElement>('button', { name: 'Start session' })

const summary = (more: Partial<SessionSummary>): SessionSummary => ({
  handle: 'held',
  sessionId: 'id-1',
  state: 'active',
  createdAt: Date.now() - 120_000,
  proof: 'none',
  ...more,
})

describe('starting by a typed number', () => {
  // @proves Stories: A ticket number can always be typed; unknown and empty ones are named
  it('starts the ticket without spaces around its number', async () => {
    const app = await drawApp(startState())
    await app.user.type(field(), ' 7848095 {Enter}')
    expect(app.fake.callsOf('startSession')).toEqual([{ target: { kind: 'ticket', number: '7848095' } }])
  })

  it('asks for a number when there is none', async () => {
    const app = await drawApp(startState())
    await app.user.click(startButton())
    expect(within(form()).getByText('Type a ticket number first.')).toBeTruthy()
    expect(app.fake.callsOf('startSession')).toEqual([])
  })

  it('shows beside the field what is wrong with the ticket, until the number changes', async () => {
    const app = await drawApp(startState())
    app.fake.reply('startSession', () => ({ ok: false, failure: fakeFailure('unknown-ticket', 'correct-input') }))
    await app.user.type(field(), '1')
    await app.user.click(startButton())
    const alert = await within(form()).findByRole('alert')
    expect(alert.textContent).toContain('There is no ticket with this number.')
    const reference = within(alert).getByText('Reference c0ffee')
    expect(reference.closest('details')?.open).toBe(false)
    await app.user.type(field(), '2')
    expect(within(form()).queryByRole('alert')).toBeNull()
  })

  it('offers to try again when that helps', async () => {
    const app = await drawApp(startState())
    app.fake.reply('startSession', () => ({ ok: false, failure: fakeFailure('no-free-resources', 'wait-and-retry') }))
    await app.user.type(field(), '1{Enter}')
    await app.user.click(await within(form()).findByRole('button', { name: 'Try again' }))
    await waitFor(() => expect(app.fake.callsOf('startSession')).toHaveLength(2))
  })

  it('also shows a failure when the call itself throws', async () => {
    const app = await drawApp(startState())
    app.fake.reply('startSession', () => {
      throw new Error('broken')
    })
    await app.user.type(field(), '1{Enter}')
    expect(await within(form()).findByText('Something went wrong inside the application.')).toBeTruthy()
  })

  it('does not start twice while one start is under way', async () => {
    const app = await drawApp(startState())
    app.fake.reply('startSession', () => new Promise(() => undefined))
    await app.user.type(field(), '1{Enter}{Enter}')
    expect(app.fake.callsOf('startSession')).toHaveLength(1)
    const others = screen.getAllByRole<HTMLButtonElement>('button', { name: /^Start session on/ })
    expect(others.every(({ disabled }) => disabled)).toBe(true)
  })

  it('waits until the server is ready', async () => {
    const state = startState()
    const app = await drawApp({ ...state, endpoint: { ...state.endpoint, status: 'starting' } })
    expect(startButton().disabled).toBe(true)
    expect(within(form()).getByText('You can start as soon as the server is ready.')).toBeTruthy()
    app.change({ endpoint: state.endpoint })
    expect(startButton().disabled).toBe(false)
  })
})

/** A workshop with this many tickets, each with an adapter on a lift of its own. */
function manyCars(count: number) {
  const numbers = Array.from({ length: count }, (_, index) => index)
  return {
    tickets: numbers.map((number) => ({
      number: `78480${number}`,
      connectorNumber: `9001${number}`,
      licensePlate: `HB-FC ${1000 + number}`,
      vehicleName: number === 7 ? 'Citroën C3' : 'Volvo XC40',
      subject: '',
      inUse: false,
    })),
    connectors: numbers.map((number) => ({
      number: `9001${number}`,
      name: `Lift ${number}`,
      vehicleName: '',
      vin: `WFKTEST00XY12345${number}`,
      online: true,
      plugged: true,
      ignitionOn: true,
      inUse: false,
    })),
  }
}
const searchField = () => screen.getByRole<HTMLInputElement>('searchbox', { name: 'Find a car' })
const starts = () =>
  screen.queryAllByRole('button', { name: /^Start session on/ }).map((button) => button.getAttribute('aria-label'))

// @proves Window: The start is searched by plate, ticket, car and lift from 12 entries on; Enter starts nothing
describe('the search of the start', () => {
  it('is there from twelve tickets and adapters on', async () => {
    const app = await drawApp({ ...startState(), ...manyCars(5) })
    expect(screen.queryByRole('searchbox')).toBeNull()
    app.change(manyCars(6))
    expect(searchField()).toBeTruthy()
    expect(document.activeElement).not.toBe(searchField())
  })

  it.each([
    ['plate', 'hbfc 1003', ['Start session on ticket 784803']],
    ['ticket', '784805', ['Start session on ticket 784805']],
    ['car', 'citroen', ['Start session on ticket 784807']],
    ['lift', 'lift 4', ['Start session on ticket 784804', 'Start session on diagnostic adapter 90014']],
    ['VIN', '123456', ['Start session on ticket 784806', 'Start session on diagnostic adapter 90016']],
  ])('finds a car by its %s', async (_field, typed, found) => {
    const app = await drawApp({ ...startState(), ...manyCars(9) })
    await app.user.type(searchField(), typed)
    expect(starts()).toEqual(found)
    expect(screen.getByText(found.length === 1 ? '1 entry found' : '2 entries found')).toBeTruthy()
  })

  it('starts nothing by Enter, and nothing but the row that is pressed', async () => {
    const app = await drawApp({ ...startState(), ...manyCars(9) })
    await app.user.type(searchField(), '1003{Enter}')
    expect(app.fake.callsOf('startSession')).toEqual([])
    await app.user.click(screen.getByRole('button', { name: 'Start session on ticket 784803' }))
    expect(app.fake.callsOf('startSession')).toEqual([{ target: { kind: 'ticket', number: '784803' } }])
  })

  it('says that nothing was found, and shows everything again', async () => {
    const app = await drawApp({ ...startState(), ...manyCars(9) })
    await app.user.type(searchField(), 'no such car')
    expect(screen.getByText('Nothing found')).toBeTruthy()
    expect(starts()).toEqual([])
    await app.user.click(screen.getByRole('button', { name: 'Clear the search' }))
    expect(starts()).toHaveLength(18)
  })

  it('keeps its field while something is typed, so that no hidden search leaves cars out', async () => {
    const app = await drawApp({ ...startState(), ...manyCars(9) })
    await app.user.type(searchField(), '1003')
    app.change(manyCars(4))
    expect(searchField().value).toBe('1003')
    await app.user.clear(searchField())
    expect(screen.queryByRole('searchbox')).toBeNull()
    expect(starts()).toHaveLength(8)
  })
})

// @proves Window: In use shows plate, lift, what runs there and since when
describe('a connection in use', () => {
  const since = new Date(2026, 5, 1, 10, 42).getTime()
  const used = () => {
    const state = startState()
    const use = { since, functionName: 'Calibrate' }
    return {
      ...state,
      tickets: state.tickets.map((ticket) => (ticket.inUse ? { ...ticket, use } : ticket)),
      connectors: state.connectors.map((one) => (one.inUse ? { ...one, use } : one)),
    }
  }
  const row = (name: string) => {
    const found = within(screen.getByRole('list', { name: 'Tickets' }))
      .getByText(name)
      .closest('li')
    return within(found ?? document.body)
  }

  it('shows plate, lift, since when it is used and what runs there', async () => {
    await drawApp(used())
    for (const text of ['Bench 2', 'In use since 10:42', 'Calibrate is running'])
      expect(row('8-TLZ-21').getByText(text)).toBeTruthy()
    expect(row('8-TLZ-21').getByRole('button', { name: 'Start session on ticket 7848101' })).toBeTruthy()
  })

  it('by a job of this window leads to that job and starts nothing', async () => {
    const job = sampleJob(Date.now(), {
      id: 'mine',
      target: { kind: 'ticket', number: '7848101' },
      licensePlate: '8-TLZ-21',
    })
    const app = await drawApp({ ...used(), jobs: [job] })
    await app.user.click(row('8-TLZ-21').getByRole('button', { name: 'Show the job: 8-TLZ-21' }))
    expect(app.fake.callsOf('showJob')).toEqual([{ job: 'mine' }])
    expect(app.fake.callsOf('startSession')).toEqual([])
  })

  it('is not taken for ours when our job is on another server, or has ended', async () => {
    const job = sampleJob(Date.now(), { target: { kind: 'ticket', number: '7848101' } })
    const app = await drawApp({ ...used(), jobs: [{ ...job, profileId: 'remote' }] })
    expect(row('8-TLZ-21').getByRole('button', { name: 'Start session on ticket 7848101' })).toBeTruthy()
    app.change({ jobs: [{ ...job, phase: 'ended', end: 'finished' }] })
    expect(row('8-TLZ-21').getByRole('button', { name: 'Start session on ticket 7848101' })).toBeTruthy()
  })
})

describe('starting from a list', () => {
  it('starts the ticket of the row', async () => {
    const app = await drawApp(startState())
    await app.user.click(screen.getByRole('button', { name: 'Start session on ticket 7848120' }))
    expect(app.fake.callsOf('startSession')).toEqual([{ target: { kind: 'ticket', number: '7848120' } }])
  })

  it('shows which ticket is in use and whose connector is offline', async () => {
    await drawApp(startState())
    const rows = within(screen.getByRole('list', { name: 'Tickets' })).getAllByRole('listitem')
    expect(within(rows[1] ?? document.body).getByText('In use')).toBeTruthy()
    expect(within(rows[2] ?? document.body).getByText('Diagnostic adapter offline')).toBeTruthy()
    expect(within(rows[0] ?? document.body).queryByText('In use')).toBeNull()
  })

  it('marks connectors as meant for development and starts on one', async () => {
    const app = await drawApp(startState())
    expect(
      within(screen.getByRole('region', { name: 'Diagnostic adapters' })).getByText('For development'),
    ).toBeTruthy()
    await app.user.click(screen.getByRole('button', { name: 'Start session on diagnostic adapter 900101060' }))
    expect(app.fake.callsOf('startSession')).toEqual([{ target: { kind: 'connector', number: '900101060' } }])
  })

  it('marks a low battery and a switched-off ignition in the developer view, but not in an outdated list', async () => {
    const state = startState()
    const connectors = state.connectors.map((one) => ({ ...one, voltage: 6, ignitionOn: false }))
    const app = await drawApp({ ...state, connectors })
    expect(screen.queryByText('6.0 V · too low')).toBeNull()
    await app.user.click(screen.getByRole('button', { name: 'Developer view' }))
    const details = () => screen.getByRole('list', { name: 'State of the diagnostic adapters' })
    expect(within(details()).getAllByText('6.0 V · too low').length).toBeGreaterThan(0)
    expect(within(details()).getAllByText('Ignition off')[0]?.className).toContain('tone--warning')
    app.change({ workshop: { ...state.workshop, status: 'stale', staleSince: Date.now() - 65_000 } })
    expect(details().querySelectorAll('.tone--good, .tone--warning, .tone--danger')).toHaveLength(0)
  })

  it('says how old an outdated list is', async () => {
    const state = startState()
    await drawApp({ ...state, workshop: { ...state.workshop, status: 'stale', staleSince: Date.now() - 65_000 } })
    expect(screen.getByText('Last update 1 min ago')).toBeTruthy()
    const items = screen.getByRole('list', { name: 'Diagnostic adapters' })
    expect(items.querySelectorAll('.tone--good, .tone--warning, .tone--danger')).toHaveLength(0)
  })

  it('does not start on a connector that is offline', async () => {
    await drawApp(startState())
    const button = screen.getByRole<HTMLButtonElement>('button', {
      name: 'Start session on diagnostic adapter 900101062',
    })
    expect(button.disabled).toBe(true)
  })

  it('has a text for a workshop without tickets', async () => {
    const state = startState()
    await drawApp({ ...state, tickets: [] })
    expect(within(main()).getByText('No tickets are open in this workshop')).toBeTruthy()
  })

  it('does not report an empty list while the server is not connected', async () => {
    const state = startState()
    await drawApp({ ...state, workshop: { status: 'stale', name: '' }, tickets: [], connectors: [] })
    expect(within(main()).queryByText('No tickets are open in this workshop')).toBeNull()
    expect(within(main()).getByText('The tickets cannot be listed at the moment')).toBeTruthy()
  })

  it('explains a server without lists and keeps the field', async () => {
    const state = startState()
    const workshop = { status: 'absent' as const, name: '', tickets: [], connectors: [] }
    await drawApp({ ...state, workshop, endpoint: { ...state.endpoint, viewer: 'absent' } })
    expect(within(main()).getByText('Questions appear on the platform’s own screen')).toBeTruthy()
    expect(screen.queryByRole('list', { name: 'Tickets' })).toBeNull()
    expect(field()).toBeTruthy()
  })

  it.each([
    ['set-aside', 'workbench.sqlite.2026.set-aside', /were kept as workbench\.sqlite\.2026\.set-aside/],
    ['left-alone', undefined, /They are unchanged/],
    ['memory-only', undefined, /until you close the application/],
  ] as const)('reports the state of the stored data: %s', async (condition, setAside, text) => {
    await drawApp({ ...startState(), storage: { condition, setAside } })
    expect(within(main()).getByText(text)).toBeTruthy()
  })

  it('closes a job of an earlier run with a result; the dialog can be left meanwhile, and a failure is said all the same', async () => {
    const left = (handle: string, number: string) =>
      ({ handle, target: { kind: 'ticket', number }, startedAt: 0, state: 'open', resume: 'not-kept' }) as const
    const app = await drawApp({ ...startState(), unfinishedSessions: [left('a', '7848095'), left('b', '7848101')] })
    let settle: (value: unknown) => void = () => undefined
    app.fake.reply(
      'closeUnfinishedSession',
      () =>
        new Promise((resolve) => {
          settle = resolve
        }),
    )
    const open = (index: number) =>
      app.user.click(screen.getAllByRole('button', { name: /^Close with a result/ })[index] ?? document.body)
    const dialog = () => within(screen.getByRole('dialog'))
    await open(0)
    await app.user.click(dialog().getByRole('radio', { name: 'Done' }))
    await app.user.click(dialog().getByRole('button', { name: 'Finish session' }))
    expect(dialog().getByText(/You can close this window/)).toBeTruthy()
    await app.user.keyboard('{Escape}')
    await open(1)
    expect(dialog().getByRole<HTMLInputElement>('radio', { name: 'Done' }).checked).toBe(false)
    await act(async () => settle({ ok: false, failure: fakeFailure('timed-out') }))
    expect(dialog().queryByText('The server did not answer in time.')).toBeNull()
    const messages = within(screen.getByRole('region', { name: 'Notifications', hidden: true }))
    expect(messages.getByText('The server did not answer in time.')).toBeTruthy()
    expect(app.fake.callsOf('closeUnfinishedSession')).toMatchObject([{ handle: 'a' }])
  })

  it('shows a session that an earlier run left open, with the result that was not sent', async () => {
    const open = summary({ handle: 'left', sessionId: 'id-9', proof: 'own-record', label: '7848095' })
    const app = await drawApp({
      ...startState(),
      unfinishedSessions: [
        {
          handle: 'a',
          target: { kind: 'ticket', number: '7848095' },
          startedAt: 0,
          state: 'open',
          summary: open,
          resume: 'not-kept',
        },
        {
          handle: 'b',
          target: { kind: 'ticket', number: '7848101' },
          startedAt: 0,
          state: 'ended',
          resume: 'ended',
          server: 'grpc.example.test:443',
          pendingResult: { results: ['needs-validation'], description: 'Calibrate again' },
        },
      ],
    })
    const panel = within(screen.getByRole('region', { name: 'Not finished' }))
    expect(panel.getByText('Calibrate again')).toBeTruthy()
    expect(panel.getByText('Still has to be checked')).toBeTruthy()
    await app.user.click(panel.getByRole('button', { name: /^Seen, hide it: .*7848101/ }))
    expect(app.fake.callsOf('dismissUnfinishedSession')).toEqual([{ handle: 'b' }])
    await app.user.click(panel.getByRole('button', { name: /^Abort session|^Abort without/ }))
    expect(app.fake.callsOf('interruptSession')).toEqual([])
    await app.user.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Abort without result' }))
    await waitFor(() => expect(app.fake.callsOf('interruptSession')).toEqual([{ handle: 'left' }]))
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('shows what the application itself reports', async () => {
    const app = await drawApp(startState())
    const line = { sequence: 1, at: 0, level: 'warning', source: 'application', sessionLabel: '' } as const
    app.fake.appendLog([{ ...line, content: 'Older records were set aside' }])
    expect(await within(main()).findByText('Older records were set aside')).toBeTruthy()
  })
})

describe('a connection that is already in use', () => {
  const confirmation = () => within(screen.getByRole('alertdialog', { name: 'Abort this session without a result?' }))
  const refuse = () => ({ ok: false, failure: fakeFailure('resource-in-use', 'interrupt-session') })

  it('is freed and started again after two explicit presses when its session is proven', async () => {
    const app = await drawApp(startState())
    app.fake.reply('startSession', refuse)
    await app.user.click(screen.getByRole('button', { name: 'Start session on ticket 7848101' }))
    app.change({ blockingSessions: [summary({ label: '7848101', proof: 'own-record' })] })
    const dialog = screen.getByRole('dialog', { name: 'The connection is already in use' })
    app.fake.reply('startSession', () => ({ ok: true, value: null }))
    await app.user.click(within(dialog).getByRole('button', { name: 'Abort it and start again' }))
    await app.user.click(confirmation().getByRole('button', { name: 'Abort it and start again' }))
    await waitFor(() => expect(app.fake.callsOf('startSession')).toHaveLength(2))
    expect(app.fake.callsOf('interruptSession')).toEqual([{ handle: 'held' }])
    expect(app.fake.callsOf('startSession')[1]).toEqual({ target: { kind: 'ticket', number: '7848101' } })
  })

  // @proves Stories: One press or Enter never ends somebody's session; the question names plate, lift, car, function and start
  it('says whose session it is, and neither a second press on the same button nor Enter interrupts it', async () => {
    const app = await drawApp(startState())
    const place = {
      licensePlate: 'HB-FC 2108',
      connectorName: 'Lift 1',
      vehicleName: 'Golf VIII',
      functionName: 'Coding',
    }
    app.change({ blockingSessions: [summary({ label: '7848101', proof: 'viewer', place })] })
    await app.user.click(screen.getByRole('button', { name: 'Abort without result' }))
    const question = confirmation()
    expect(question.getByText('HB-FC 2108 · Lift 1 · Golf VIII')).toBeTruthy()
    expect(question.getByText(/Coding/)).toBeTruthy()
    expect(question.getByText('Started 2 min ago')).toBeTruthy()
    const buttons = question.getAllByRole('button').map((button) => button.textContent)
    expect(buttons.at(-1)).toBe('Cancel')
    await app.user.keyboard('{Enter}')
    expect(app.fake.callsOf('interruptSession')).toEqual([])
  })

  it('is not started again when the interruption failed', async () => {
    const app = await drawApp(startState())
    app.fake.reply('startSession', refuse)
    app.fake.reply('interruptSession', () => ({ ok: false, failure: fakeFailure('timed-out', 'retry') }))
    await app.user.click(screen.getByRole('button', { name: 'Start session on ticket 7848101' }))
    app.change({ blockingSessions: [summary({ proof: 'viewer', label: '7848101' })] })
    await app.user.click(screen.getByRole('button', { name: 'Abort it and start again' }))
    await app.user.click(confirmation().getByRole('button', { name: 'Abort it and start again' }))
    await waitFor(() => expect(app.workbench.screen.getState().toasts).toHaveLength(1))
    expect(app.fake.callsOf('startSession')).toHaveLength(1)
  })

  it.each([
    ['one session without proof', () => [summary({})]],
    [
      'two sessions that both have a proof',
      () => [summary({ proof: 'own-record' }), summary({ handle: 'b', sessionId: 'id-2', proof: 'own-record' })],
    ],
  ])('needs a choice and a confirmation for %s', async (_title, sessionsNow) => {
    const blockingSessions = sessionsNow()
    const app = await drawApp({ ...startState(), blockingSessions })
    const dialog = screen.getByRole('dialog', { name: 'The connection is already in use' })
    expect(within(dialog).queryByRole('button', { name: 'Abort it and start again' })).toBeNull()
    expect(within(dialog).getAllByText('Started 2 min ago').length).toBe(blockingSessions.length)
    await app.user.click(within(dialog).getByRole('button', { name: 'Abort without result: id-1' }))
    expect(app.fake.callsOf('interruptSession')).toEqual([])
    const question = screen.getByRole('alertdialog', { name: 'Abort this session without a result?' })
    await app.user.click(within(question).getByRole('button', { name: 'Abort without result' }))
    await waitFor(() => expect(app.fake.callsOf('interruptSession')).toEqual([{ handle: 'held' }]))
  })

  it('is unchanged when the person cancels', async () => {
    const app = await drawApp({ ...startState(), blockingSessions: [summary({})] })
    await app.user.click(screen.getByRole('button', { name: 'Cancel' }))
    expect(app.fake.callsOf('dismissBlockingSessions')).toHaveLength(1)
    expect(app.fake.callsOf('interruptSession')).toEqual([])
  })

  it('has a text for a list without blocking sessions', async () => {
    await drawApp({ ...startState(), blockingSessions: [] })
    expect(screen.getByText(/lists no session that could be in the way/)).toBeTruthy()
  })
})

describe('the sessions on this server', () => {
  const open = async (reply: () => unknown) => {
    const app = await drawApp(startState())
    app.fake.reply('listSessions', reply)
    await app.user.click(screen.getByRole('button', { name: 'Developer view' }))
    await app.user.click(screen.getByRole('button', { name: 'Sessions on this server' }))
    return { ...app, dialog: within(screen.getByRole('dialog', { name: 'Sessions on this server' })) }
  }

  it('are listed newest first, and only open ones can be interrupted', async () => {
    const value = [
      summary({ handle: 'old', sessionId: 'old', createdAt: 1, state: 'finished' }),
      summary({ handle: 'new', sessionId: 'new', createdAt: 2 }),
    ]
    const { dialog } = await open(() => ({ ok: true, value }))
    const items = await dialog.findAllByRole('listitem')
    expect(items[0]?.textContent).toContain('new')
    expect(dialog.getAllByRole('button', { name: /^Abort session|^Abort without/ })).toHaveLength(1)
  })

  it('have a text for an empty list', async () => {
    const { dialog } = await open(() => ({ ok: true, value: [] }))
    expect(await dialog.findByText('No sessions')).toBeTruthy()
  })

  it('say why they cannot be listed and try again', async () => {
    const { dialog, fake, user } = await open(() => ({ ok: false, failure: fakeFailure('timed-out', 'retry') }))
    expect(await dialog.findByText('The server did not answer in time.')).toBeTruthy()
    await user.click(dialog.getByRole('button', { name: 'Try again' }))
    await waitFor(() => expect(fake.callsOf('listSessions')).toHaveLength(2))
  })
})

describe('leaving the start screen', () => {
  it('happens as soon as main has a session', async () => {
    const app = await drawApp(startState())
    app.change({ session: { ...sampleSession(Date.now()), phase: 'starting' } })
    expect(screen.getByRole('main', { name: 'Session' })).toBeTruthy()
    expect(screen.getByText('Requesting a session…')).toBeTruthy()
  })
})

describe('tickets of the Partner API', () => {
  const listed = (): AppState => {
    const state = startState()
    return {
      ...state,
      endpoint: { ...state.endpoint, viewer: 'absent' },
      workshop: { status: 'ready', name: '', source: 'partner-api' },
      connectors: [],
      tickets: [
        {
          number: '4200017',
          connectorNumber: '900000042',
          subject: 'Demo product',
          vehicleName: 'TESTCAR DEMO - I',
          licensePlate: 'WO-17',
          customer: 'Werkstatt Muster',
          isInProgress: true,
          inUse: false,
        },
        { number: '4200018', connectorNumber: '', subject: '', vehicleName: '', licensePlate: '', inUse: false },
      ],
    }
  }

  // @proves Stories: A session on a ticket of the Partner API starts with one press, on a server without workbench.v1
  it('say customer, car, products and state, and start with one press', async () => {
    const { fake, user } = await drawApp(listed())
    for (const text of ['Werkstatt Muster', 'TESTCAR DEMO - I', 'Demo product', 'In progress', 'No adapter visible'])
      expect(screen.getByText(text)).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Start session on ticket 4200017' }))
    expect(fake.callsOf('startSession')).toEqual([{ target: { kind: 'ticket', number: '4200017' } }])
  })

  it('say why they cannot be read, while a number can still be typed', async () => {
    const state = listed()
    const failure = fakeFailure('partner-api-unreadable')
    await drawApp({ ...state, tickets: [], workshop: { status: 'absent', name: '', failure } })
    expect(screen.getByText('The Partner API cannot be read')).toBeTruthy()
    expect(screen.getByText(/is not the Partner API/)).toBeTruthy()
    expect(screen.getByRole('textbox', { name: 'Ticket number' })).toBeTruthy()
  })
})
