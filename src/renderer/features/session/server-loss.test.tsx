// @vitest-environment happy-dom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AppState } from '../../../shared/app-state.ts'
import type { SessionView } from '../../../shared/session.ts'
import { announcements } from '../../components/announce.ts'
import { type DrawnApp, drawApp } from '../../testing/draw-app.tsx'
import { fakeFailure } from '../../testing/fake-workbench.ts'
import {
  otherSession,
  sampleJob,
  sampleLink,
  samplePrompt,
  sampleSession,
  sessionState,
} from '../../testing/sample-state.ts'
import { button, choices, region } from '../prompt/testing/prompts-page.tsx'

let now = Date.now()
// The clock stands still until a test moves it.
beforeEach(() => {
  now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now })
})
afterEach(() => void vi.useRealTimers())

const question = () => samplePrompt(now, { kind: 'yesno', label: 'On?' })
const withSession = (more: Partial<SessionView>, state = sessionState(now, [question()])): AppState => ({
  ...state,
  session: { ...sampleSession(now), ...more },
})
const server = { name: '', isSimulated: true, status: 'reconnecting' } as const
const lostServer = () => ({ session: { ...sampleSession(now), server } })
const silentLink = () => ({ link: { ...sampleLink(now), liveness: 'lost' as const } })
const armed = (name: string) => waitFor(() => expect(button(name).disabled).toBe(false))
const notice = async () =>
  within((await screen.findByText('Connection lost', { selector: '.notice__title' })).closest('.notice') as HTMLElement)

// @proves Window: Answers are locked while the way to the server is lost, with a count-down in words and a way out, announced once
describe('answers while the way to the server is lost', () => {
  it.each([
    ['the link is silent', silentLink],
    ['the server is not reached', lostServer],
  ])('are locked when %s, and free again a moment after it is back', async (_title, loss) => {
    const app = await drawApp(sessionState(now, [question()]))
    await armed('Yes')
    app.change(loss())
    expect(button('Yes').disabled).toBe(true)
    expect(within(region()).getByText('Answers are locked until the connection is back.')).toBeTruthy()
    app.change({ session: sampleSession(now), link: sampleLink(now) })
    expect(button('Yes').disabled).toBe(true)
    await armed('Yes')
    expect(choices(app)).toEqual([])
    await app.user.click(button('Yes'))
    expect(choices(app)).toEqual([{ kind: 'yesno', yes: true }])
  })

  it('are not given by a press that began while they were locked', async () => {
    const app = await drawApp({ ...sessionState(now, [question()]), ...silentLink() })
    fireEvent.pointerDown(button('Yes'), { pointerId: 1, pointerType: 'touch' })
    app.change({ link: sampleLink(now) })
    await armed('Yes')
    fireEvent.pointerUp(button('Yes'), { pointerId: 1, pointerType: 'touch' })
    fireEvent.click(button('Yes'), { detail: 1 })
    expect(choices(app)).toEqual([])
  })

  it('keep what is typed, and Enter sends nothing', async () => {
    const app = await drawApp(sessionState(now, [samplePrompt(now, { kind: 'freetext', label: 'Plate?' })]))
    const field = () => within(region()).getByRole<HTMLInputElement>('textbox', { name: 'Your answer' })
    await waitFor(() => expect(field().readOnly).toBe(false))
    await app.user.type(field(), 'HB-')
    app.change(silentLink())
    await app.user.type(field(), 'FC{Enter}')
    expect(choices(app)).toEqual([])
    app.change({ link: sampleLink(now) })
    expect(field().value).toBe('HB-FC')
    await armed('Send')
    await app.user.click(button('Send'))
    expect(choices(app)).toEqual([{ kind: 'freetext', text: 'HB-FC' }])
  })

  it.each([
    ['has no internet', { connected: false }],
    ['is out of its socket', { plugged: false }],
  ])('stay free when only the adapter %s: the function may be asking for it', async (_title, more) => {
    await drawApp({ ...sessionState(now, [question()]), link: { ...sampleLink(now), ...more } })
    await armed('Yes')
    expect(screen.queryByText(/Answers are locked/)).toBeNull()
  })

  it('for a script are locked while the server of new jobs is not reached', async () => {
    const state = sessionState(now)
    const foreign = samplePrompt(now, { kind: 'yesno', label: 'Theirs?' }, { session: otherSession })
    const app = await drawApp({ ...state, prompts: [foreign], endpoint: { ...state.endpoint, status: 'reconnecting' } })
    await app.user.click(within(screen.getByRole('list', { name: 'Scripts' })).getByRole('button'))
    expect(within(region()).getByText('Answers are locked until the connection is back.')).toBeTruthy()
    expect(button('Yes').disabled).toBe(true)
  })
})

// @proves Window: Answers are locked while the way to the server is lost, with a count-down in words and a way out, announced once
describe('the notice of a lost way to the server', () => {
  it('counts the time until the session expires, and says what it counts', async () => {
    await drawApp({ ...sessionState(now, [question()]), ...silentLink() })
    const left = () => notice().then(({ getByRole }) => getByRole('timer').textContent)
    expect(await left()).toBe('The session expires in 3:59 if the connection does not come back.')
    vi.setSystemTime(now + 60_000)
    await waitFor(async () => expect(await left()).toContain('2:59'))
    expect((await notice()).getByRole('timer').getAttribute('aria-live')).toBe('off')
  })

  it('is announced once, not again by the count-down, another job or the log', async () => {
    const said: string[] = []
    const stop = announcements.subscribe(({ assertive }) => void said.push(assertive.trim()))
    const app = await drawApp(sessionState(now))
    app.change(silentLink())
    await notice()
    vi.setSystemTime(now + 65_000)
    await waitFor(async () => expect((await notice()).getByRole('timer').textContent).toContain('2:54'))
    await app.user.click(screen.getByRole('button', { name: 'Log' }))
    app.change({ shownJob: null, session: null, link: null })
    app.change({ shownJob: 'job-1', session: sampleSession(now), ...silentLink() })
    await notice()
    stop()
    const expected =
      'Connection lost. Answers are locked. The session expires in 4 minutes if the connection does not come back.'
    expect(said.filter((text) => text !== '')).toEqual([expected])
  })

  it('is in every place of the job, and tries again or leads out', async () => {
    const app = await drawApp({ ...sessionState(now), ...silentLink() })
    await app.user.click(screen.getByRole('button', { name: 'Log' }))
    await app.user.click((await notice()).getByRole('button', { name: 'Try again now' }))
    expect(app.fake.callsOf('reconnect')).toHaveLength(1)
    await app.user.click((await notice()).getByRole('button', { name: 'Abort without result…' }))
    expect(screen.getByRole('alertdialog', { name: 'Abort the session without a result?' })).toBeTruthy()
  })

  it('does not appear for a break that is over at once', async () => {
    const app = await drawApp(sessionState(now))
    app.change({ link: { ...sampleLink(now), liveness: 'reconnecting' } })
    app.change({ link: sampleLink(now) })
    await act(() => new Promise((resolve) => setTimeout(resolve, 900)))
    expect(screen.queryByText('Reconnecting', { selector: '.notice__title' })).toBeNull()
  })
})

describe('the way out of a job whose server is gone', () => {
  const abort = async (app: DrawnApp) => {
    await app.user.click((await notice()).getByRole('button', { name: 'Abort without result…' }))
    await app.user.click(screen.getByRole('button', { name: 'Abort without result' }))
  }

  it('is to close the job when it cannot be aborted; only the second question does it', async () => {
    const app = await drawApp({ ...sessionState(now), ...silentLink() })
    app.fake.reply('interruptSession', () => ({ ok: false, failure: fakeFailure('connection-lost') }))
    await abort(app)
    const failed = within(screen.getByRole('alertdialog'))
    expect(await failed.findByText('The session could not be aborted')).toBeTruthy()
    await app.user.click(failed.getByRole('button', { name: 'Close job…' }))
    const asked = within(screen.getByRole('alertdialog', { name: 'Close this job while its session is open?' }))
    expect(asked.getByText('K-329-XB')).toBeTruthy()
    await app.user.keyboard('{Enter}')
    expect(app.fake.callsOf('leaveSession')).toEqual([])
    await app.user.click(screen.getByRole('button', { name: 'Close the job' }))
    expect(app.fake.callsOf('leaveSession')).toEqual([{ handle: 'session-1', leaveOpen: true }])
  })

  it('closes the question when another job is shown, and never that job', async () => {
    const app = await drawApp({ ...sessionState(now), ...silentLink() })
    app.fake.reply('interruptSession', () => ({ ok: false, failure: fakeFailure('connection-lost') }))
    await abort(app)
    await app.user.click(await screen.findByRole('button', { name: 'Close job…' }))
    app.change({ shownJob: 'job-2', session: { ...sampleSession(now), handle: 'session-2' } })
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
    expect(app.fake.callsOf('leaveSession')).toEqual([])
  })
})

// @proves Window: Finish never has a dialog without an exit
describe('a finish without an answer of the server', () => {
  const pendingResult = { results: ['success' as const] }
  const inDoubt = () => withSession({ phase: 'finishing', checking: true, pendingResult }, sessionState(now))
  const dialog = () => within(screen.getByRole('dialog', { name: 'Finish the session' }))
  const open = (app: DrawnApp) => app.user.click(screen.getByRole('button', { name: 'Finish…' }))

  it('has a dialog that can be closed at any time, and opened again', async () => {
    const app = await drawApp(sessionState(now))
    app.fake.reply('finishSession', () => new Promise(() => undefined))
    await open(app)
    await app.user.click(dialog().getByRole('radio', { name: 'Done' }))
    await app.user.click(dialog().getByRole('button', { name: 'Finish session' }))
    expect(dialog().getByText(/You can close this window/)).toBeTruthy()
    await app.user.keyboard('{Escape}')
    expect(screen.queryByRole('dialog')).toBeNull()
    app.change(inDoubt())
    await app.user.click(screen.getByRole('button', { name: 'Show' }))
    const [close] = dialog().getAllByRole('button', { name: 'Close' })
    await app.user.click(close ?? document.body)
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(app.fake.callsOf('finishSession')).toHaveLength(1)
  })

  it('shows what was sent, and asks again with exactly that', async () => {
    const app = await drawApp(inDoubt())
    await open(app)
    expect(dialog().getByText('It is not known whether the result is stored')).toBeTruthy()
    expect(dialog().getByText('Succeeded')).toBeTruthy()
    expect(dialog().queryByRole('radio')).toBeNull()
    await app.user.click(dialog().getByRole('button', { name: 'Ask again' }))
    expect(app.fake.callsOf('finishSession')).toEqual([{ handle: 'session-1', serviceResult: pendingResult }])
  })

  it('leads out of the job by a question that says what is not known', async () => {
    const app = await drawApp(inDoubt())
    await open(app)
    await app.user.click(dialog().getByRole('button', { name: 'Close job…' }))
    const asked = within(screen.getByRole('alertdialog'))
    expect(asked.getByText(/It is not known whether your result is stored/)).toBeTruthy()
    await app.user.click(asked.getByRole('button', { name: 'Close the job' }))
    expect(app.fake.callsOf('leaveSession')).toEqual([{ handle: 'session-1', leaveOpen: true }])
  })

  it('says its failure also when the dialog was closed', async () => {
    const app = await drawApp(sessionState(now))
    let settle: (value: unknown) => void = () => undefined
    app.fake.reply('finishSession', () => new Promise((resolve) => (settle = resolve)))
    await open(app)
    await app.user.click(dialog().getByRole('radio', { name: 'Done' }))
    await app.user.click(dialog().getByRole('button', { name: 'Finish session' }))
    await app.user.keyboard('{Escape}')
    await act(async () => settle({ ok: false, failure: fakeFailure('timed-out') }))
    const messages = within(screen.getByRole('region', { name: 'Notifications' }))
    expect(messages.getByText('The server did not answer in time.')).toBeTruthy()
  })

  it('of one job does not hold up the finish of another', async () => {
    const app = await drawApp(sessionState(now))
    app.fake.reply('finishSession', () => new Promise(() => undefined))
    await open(app)
    await app.user.click(dialog().getByRole('radio', { name: 'Done' }))
    await app.user.click(dialog().getByRole('button', { name: 'Finish session' }))
    await app.user.keyboard('{Escape}')
    const second = { id: 'job-2', handle: 'session-2', licensePlate: 'HB-FC 2108' }
    app.change({
      jobs: [sampleJob(now), sampleJob(now, second)],
      shownJob: 'job-2',
      session: { ...sampleSession(now), handle: 'session-2' },
    })
    await open(app)
    expect(dialog().getByText('HB-FC 2108')).toBeTruthy()
    await app.user.click(dialog().getByRole('radio', { name: 'Done' }))
    await app.user.click(dialog().getByRole('button', { name: 'Finish session' }))
    expect(app.fake.callsOf('finishSession')).toMatchObject([{ handle: 'session-1' }, { handle: 'session-2' }])
  })
})
