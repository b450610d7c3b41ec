// @vitest-environment happy-dom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AppState } from '../../../shared/app-state.ts'
import type { LinkView, SessionView } from '../../../shared/session.ts'
import { announcements } from '../../components/announce.ts'
import { drawApp } from '../../testing/draw-app.tsx'
import { drawsListsWithSize } from '../../testing/draws-lists.ts'
import { fakeFailure } from '../../testing/fake-workbench.ts'
import { sampleJob, sampleLink, sampleLog, sampleRun, sampleSession, sessionState } from '../../testing/sample-state.ts'

const now = Date.now()
// The clock is stopped, so that the screen does not depend on the load of the machine.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now }))
afterEach(() => void vi.useRealTimers())
const withSession = (more: Partial<SessionView>): AppState => ({
  ...sessionState(now),
  session: { ...sampleSession(now), ...more },
})
const withLink = (more: Partial<LinkView>): AppState => ({
  ...sessionState(now),
  link: { ...sampleLink(now), ...more },
})
const values = () => within(screen.getByRole('region', { name: 'Battery, ignition and link' }))
const panel = (name: string) => within(screen.getByRole('region', { name }))
/** Draws the developer view of the job. */
async function drawDeveloper(state: AppState) {
  const app = await drawApp(state)
  await app.user.click(screen.getByRole('button', { name: 'Developer view' }))
  return app
}
const token = (health: 'fresh' | 'late' | 'expiring' | 'expired', leftMs: number) => ({
  health,
  receivedAt: now - 300_000 + leftMs,
  expiresAt: now + leftMs,
  rotations: 2,
})

describe('the header', () => {
  it('names the car, the ticket, the VIN and the state', async () => {
    await drawApp(withSession({}))
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('K-329-XB Volkswagen Golf VIII 1.5 eTSI')
    expect(screen.getByText('Ticket 7848095')).toBeTruthy()
    expect(screen.getByRole('status', { name: 'Session state' }).textContent).toBe('Active')
  })

  it('names the ticket while the car is unknown', async () => {
    const { licensePlate: _plate, vehicleName: _car, ...bare } = sampleJob(now)
    await drawApp({ ...withSession({ vehicle: { status: 'loading', ecus: [], products: [] } }), jobs: [bare] })
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Ticket 7848095')
  })

  // @proves Window: Starting on a connector is marked “for development”
  it('marks a session on a connector as development', async () => {
    await drawApp(withSession({ target: { kind: 'connector', number: '9001' } }))
    expect(within(screen.getByRole('main')).getByText('For development')).toBeTruthy()
  })

  it.each(['starting', 'claiming'] as const)('offers no finish while %s', async (phase) => {
    await drawApp(withSession({ phase }))
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Finish…' }).disabled).toBe(true)
  })

  it('interrupts only after a confirmation', async () => {
    const app = await drawApp(withSession({}))
    await app.user.click(screen.getByRole('button', { name: 'Abort without result…' }))
    const question = within(screen.getByRole('alertdialog', { name: 'Abort the session without a result?' }))
    expect(question.getByText('K-329-XB')).toBeTruthy()
    await app.user.click(question.getByRole('button', { name: 'Cancel' }))
    expect(app.fake.callsOf('interruptSession')).toEqual([])
    await app.user.click(screen.getByRole('button', { name: 'Abort without result…' }))
    await app.user.click(screen.getByRole('button', { name: 'Abort without result' }))
    await waitFor(() => expect(app.fake.callsOf('interruptSession')).toEqual([{ handle: 'session-1' }]))
  })
})

describe('the link', () => {
  it('shows latency, quality, battery and ignition', async () => {
    await drawDeveloper(withLink({}))
    for (const text of ['48 ms', 'Good', '12.4 V', 'Live']) expect(panel('Link').getByText(text)).toBeTruthy()
  })

  it('describes the plot in words', async () => {
    await drawDeveloper(withLink({}))
    expect(await panel('Link').findByRole('img', { name: /Response time in the last minute/ })).toBeTruthy()
  })

  it('is amber while it is being restored and shows the age of the value', async () => {
    await drawDeveloper(withLink({ liveness: 'reconnecting', latencyAt: now - 5000, carKnownAt: now - 9000 }))
    expect(await screen.findByText(/Reconnecting; nothing is lost/)).toBeTruthy()
    expect(panel('Link').getByText('Last value 5 s ago')).toBeTruthy()
  })

  it.each([
    ['has no internet', { connected: false, healthy: undefined }, 'Diagnostic adapter without internet'],
    ['is out of the socket', { plugged: false }, 'Diagnostic adapter not in the OBD socket'],
    ['is lost', { liveness: 'lost' }, 'Connection lost'],
    ['stays silent', { liveness: 'reconnecting' }, 'Reconnecting'],
  ] as const)('of a connector that %s is shown everywhere, without anything green', async (_title, more, words) => {
    const app = await drawApp(withLink({}))
    expect(app.container.querySelectorAll('.chip.tone--good').length).toBeGreaterThan(0)
    app.change({ link: { ...sampleLink(now), ...more, latencyAt: now - 65_000, carKnownAt: now - 65_000 } })
    expect(screen.getByRole('group', { name: 'Car and link' }).textContent).toBe(words)
    await waitFor(() => expect(announcements.getState().assertive).toContain(`${words}.`))
    const run = screen.getByRole<HTMLButtonElement>('button', { name: 'Run Identify the car' })
    expect(run.disabled).toBe(true)
    expect(document.getElementById(run.getAttribute('aria-describedby') ?? '')?.textContent).toContain(words)
    const main = screen.getByRole('main')
    expect([...main.querySelectorAll('.chip.tone--good')].map((chip) => chip.textContent)).toEqual([])
    expect(
      values()
        .getByText(/12.4 V/)
        .closest('.stale-value')?.textContent,
    ).toBe('12.4 V · 1 min ago')
  })

  it.each([
    ['voltage of 6.0 V', { voltage: 6 }, '6.0 V · too low', 'Battery voltage too low'],
    ['24 V car with 23 V', { voltage: 23 }, '23.0 V · too low', 'Battery voltage too low'],
    ['ignition that is off', { ignitionOn: false }, 'Off', 'Ignition off'],
  ] as const)('warns of a %s, advises against a run and still allows it', async (_title, more, value, words) => {
    const app = await drawApp(withLink({}))
    app.change({ link: { ...sampleLink(now), ...more } })
    expect(values().getByText(value)).toBeTruthy()
    expect(screen.getByText(`Better not now: ${words}`)).toBeTruthy()
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Run Identify the car' }).disabled).toBe(false)
    expect(announcements.getState().polite.trim()).toBe(`${words}.`)
    app.change({ link: sampleLink(now) })
    expect(announcements.getState().polite.trim()).toBe('The connection to the car is good again.')
  })

  it('has a text before the first value', async () => {
    await drawDeveloper({ ...sessionState(now), link: null })
    expect(panel('Link').getByText('Values appear once the session is active.')).toBeTruthy()
  })
})

describe('the session token', () => {
  it('shows how often it was renewed, but no remaining time while it is fresh', async () => {
    await drawDeveloper(withSession({ token: token('fresh', 200_000) }))
    expect(panel('Session token').getByText('2 times')).toBeTruthy()
    expect(panel('Session token').queryByText('Time left')).toBeNull()
  })

  it.each([
    ['late', 170_000, /You can keep working; 2:50 left/],
    ['expiring', 48_000, /expires in 0:48 if it is not renewed/],
    ['expired', 0, /Session expired/],
  ] as const)('warns when it is %s', async (health, left, text) => {
    await drawApp(withSession({ token: token(health, left) }))
    expect(screen.getByText(text)).toBeTruthy()
  })
})

describe('the car', () => {
  it('shows that detection is still running, not an error', async () => {
    await drawApp(withSession({ vehicle: { status: 'detecting', ecus: [], products: [] } }))
    expect(panel('Car').getByText('The diagnostic adapter is still looking for control units…')).toBeTruthy()
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('counts the detected control units, and lists their addresses in the developer view', async () => {
    const app = await drawApp(withSession({}))
    expect(panel('Car').getByText('5 control units found')).toBeTruthy()
    await app.user.click(screen.getByRole('button', { name: 'Developer view' }))
    expect(
      within(panel('Control units').getByRole('list', { name: 'Control units' })).getAllByRole('listitem'),
    ).toHaveLength(5)
  })

  it('says why no data is available', async () => {
    const failure = fakeFailure('not-supported-by-server')
    await drawApp(withSession({ vehicle: { status: 'unavailable', ecus: [], products: [], failure } }))
    expect(panel('Car').getByText('This server cannot do that.')).toBeTruthy()
  })
})

describe('functions and their findings', () => {
  it('runs a function and stops it', async () => {
    const app = await drawApp(withSession({}))
    await app.user.click(screen.getByRole('button', { name: 'Run Identify the car' }))
    expect(app.fake.callsOf('runFunction')).toEqual([{ handle: 'session-1', functionId: 'identify' }])
    app.change({ session: { ...sampleSession(now), functionRun: sampleRun(now) } })
    await app.user.click(screen.getByRole('button', { name: 'Stop Identify the car' }))
    expect(app.fake.callsOf('stopFunction')).toEqual([{ handle: 'session-1' }])
  })

  it('shows one row per control unit', async () => {
    await drawApp(withSession({ functionRun: sampleRun(now, 'succeeded') }))
    const table = within(screen.getByRole('table', { name: 'Findings of Identify the car' }))
    expect(table.getByRole('row', { name: /Engine \(7E0\) 5H0 906 020 K 0407/ })).toBeTruthy()
  })

  it('counts the answers, lists the missing ones, and shows no green tick then', async () => {
    const run = sampleRun(now, 'succeeded')
    const silent = {
      subject: 'Airbags',
      subjectKey: 'Airbags',
      subjectKind: 'control-unit',
      name: 'State',
      key: 'state',
      value: 'no answer',
      outcome: 'no-answer',
    } as const
    const app = await drawApp(
      withSession({ functionRun: { ...run, controlUnits: 10, findings: [...run.findings, silent] } }),
    )
    expect(panel('Findings').getByText('4 of 10 control units answered')).toBeTruthy()
    expect(panel('Findings').getByText(/^No answer: .?Airbags/)).toBeTruthy()
    expect(panel('Findings').getByText('5 control units were not asked')).toBeTruthy()
    expect(panel('Findings').getAllByRole('row')[1]?.textContent).toContain('Airbags')
    const region = screen.getByRole('region', { name: 'Findings' })
    expect(region.querySelectorAll('.tone--good')).toHaveLength(0)
    app.change({ session: { ...sampleSession(now), functionRun: { ...run, controlUnits: 4 } } })
    expect(panel('Findings').getByText('All 4 control units answered')).toBeTruthy()
    expect(region.querySelectorAll('.tone--good')).toHaveLength(1)
    app.change({ session: { ...sampleSession(now), functionRun: { ...sampleRun(now), controlUnits: 10 } } })
    expect(panel('Findings').getByText('4 of 10 control units have answered so far')).toBeTruthy()
  })

  it('lists earlier runs with their findings, newest first', async () => {
    const first = { ...sampleRun(now, 'failed'), runId: 'a', failure: fakeFailure('timed-out') }
    const second = { ...sampleRun(now, 'stopped'), runId: 'b', findings: [] }
    const app = await drawApp({
      ...withSession({ functionRun: sampleRun(now) }),
      earlierRuns: { runs: [first, second], forgotten: 3 },
    })
    const list = within(panel('Earlier runs').getByRole('list', { name: 'Earlier runs' }))
    const rows = list.getAllByRole('button')
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.stringContaining('Stopped0 values'),
      expect.stringContaining('Failed8 values'),
    ])
    expect(panel('Earlier runs').getByText('3 older runs are no longer kept')).toBeTruthy()
    await app.user.click(rows[1] ?? document.body)
    expect(list.getByRole('table', { name: /^Earlier findings of Identify the car/ })).toBeTruthy()
    expect(list.getByText('The server did not answer in time.')).toBeTruthy()
  })

  it('keeps earlier runs on the screen after the end of the session', async () => {
    const end = { kind: 'finished', at: now } as const
    await drawApp({
      ...withSession({ phase: 'ended', end }),
      earlierRuns: { runs: [sampleRun(now, 'succeeded')], forgotten: 0 },
    })
    expect(panel('Earlier runs').getByRole('button', { name: /Identify the car/ })).toBeTruthy()
  })

  it('says how many values of a run are not kept', async () => {
    await drawApp(withSession({ functionRun: { ...sampleRun(now), leftOut: 2 } }))
    expect(panel('Findings').getByText('2 more values were received but not kept')).toBeTruthy()
  })

  it('warns of a control unit that a stopped run may have changed, now and among the earlier runs', async () => {
    const lastWrite = { address: { bus: 'can', id: 0x7e1 }, service: 0x2e, at: now }
    const stopped = { ...sampleRun(now, 'stopped'), lastWrite }
    const earlier = { ...stopped, runId: 'a', findings: [] }
    const app = await drawApp({
      ...withSession({ functionRun: stopped }),
      earlierRuns: { runs: [earlier], forgotten: 0 },
    })
    const words = /may have changed control unit 7E1 on bus .?can/
    expect(panel('Functions').getByText(words)).toBeTruthy()
    expect(panel('Earlier runs').queryByText(words)).toBeNull()
    await app.user.click(panel('Earlier runs').getByRole('button', { name: /Stopped/ }))
    expect(panel('Earlier runs').getByText(words)).toBeTruthy()
    app.change({ session: { ...sampleSession(now), functionRun: sampleRun(now, 'succeeded') } })
    expect(panel('Functions').queryByText(words)).toBeNull()
  })

  it('shows why a function failed, and a refused start as a message', async () => {
    const app = await drawApp(
      withSession({
        functionRun: { ...sampleRun(now, 'failed'), findings: [], failure: fakeFailure('function-failed') },
      }),
    )
    expect(panel('Functions').getByText('The function failed.')).toBeTruthy()
    app.fake.reply('runFunction', () => ({ ok: false, failure: fakeFailure('session-expired') }))
    await app.user.click(screen.getByRole('button', { name: 'Run Identify the car' }))
    const messages = within(screen.getByRole('region', { name: 'Notifications' }))
    expect(await messages.findByText('The session has expired. Start a new one.')).toBeTruthy()
    await app.user.click(messages.getByRole('button', { name: 'Dismiss' }))
    expect(messages.queryByRole('alert')).toBeNull()
  })
})

describe('the script log', () => {
  drawsListsWithSize()

  it('draws only the visible part of a long log, and says where its lines are', async () => {
    const app = await drawDeveloper(withSession({}))
    app.fake.appendLog(sampleLog(now, 10_000))
    await waitFor(() => expect(panel('Log').getAllByRole('listitem').length).toBeGreaterThan(0))
    const lines = panel('Log').getAllByRole('listitem')
    expect(lines.length).toBeLessThan(200)
    expect(lines[0]?.getAttribute('aria-setsize')).toBe('5000')
    expect(Number(lines[0]?.getAttribute('aria-posinset'))).toBeGreaterThan(0)
  })

  it('says how many lines were left out', async () => {
    const app = await drawDeveloper(withSession({}))
    app.fake.appendLog(sampleLog(now, 3), 12)
    expect(await panel('Log').findByText(/^12 lines were left out/)).toBeTruthy()
  })

  it('can be filtered for warnings and errors, and says so when there are none', async () => {
    const app = await drawDeveloper(withSession({}))
    app.fake.appendLog(sampleLog(now, 2))
    await app.user.click(await panel('Log').findByRole('button', { name: 'Warnings and errors' }))
    expect(panel('Log').getByText('No warnings and no errors')).toBeTruthy()
    act(() => app.fake.appendLog(sampleLog(now, 5)))
    expect(await panel('Log').findAllByRole('listitem')).toHaveLength(2)
  })

  it('keeps following when lines are higher than estimated, and stops when somebody scrolls back', async () => {
    const app = await drawDeveloper(withSession({}))
    app.fake.appendLog(sampleLog(now, 50))
    const frame = await panel('Log').findByRole('region', { name: 'Lines of the log' })
    const scrollTo = (scrollTop: number, scrollHeight: number) => {
      Object.defineProperties(frame, {
        scrollTop: { value: scrollTop, configurable: true, writable: true },
        scrollHeight: { value: scrollHeight, configurable: true },
      })
      fireEvent.scroll(frame)
    }
    const jump = () => panel('Log').queryByRole('button', { name: 'Jump to the newest line' })
    scrollTo(1160, 1400)
    scrollTo(1160, 3000)
    expect(jump()).toBeNull()
    scrollTo(1100, 3000)
    expect(jump()).not.toBeNull()
    scrollTo(2760, 3000)
    expect(jump()).toBeNull()
  })
})

describe('while the server is being asked', () => {
  it('says after a reload that the session is being finished', async () => {
    await drawApp(withSession({ phase: 'finishing', checking: true }))
    expect(screen.getByText(/The server is asked whether the session is finished/)).toBeTruthy()
  })

  it('says so', async () => {
    await drawApp(withSession({ checking: true }))
    expect(screen.getByText('Checking with the server what happened…')).toBeTruthy()
  })
})
