// @vitest-environment happy-dom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { AppState } from '../../../shared/app-state.ts'
import { announcements } from '../../components/announce.ts'
import { type DrawnApp, drawApp } from '../../testing/draw-app.tsx'
import {
  otherSession,
  sampleJob,
  samplePrompt,
  sampleSession,
  sessionState,
  startState,
} from '../../testing/sample-state.ts'
import { armed, choices } from '../prompt/testing/prompts-page.tsx'

const now = Date.now()
const second = { id: 'job-2', handle: 'session-2', licensePlate: 'HB-FC 2108' }
const third = { id: 'job-3', handle: 'session-3', licensePlate: 'NT 48 216' }
const asks = (key: string, id = key) =>
  samplePrompt(now, { kind: 'yesno', label: 'On?' }, { id, session: { key, licensePlate: key } })
const three = (prompts: AppState['prompts'] = []): AppState => ({
  ...sessionState(now, prompts),
  jobs: [sampleJob(now), sampleJob(now, second), sampleJob(now, third)],
})
const press = (key: string, more: object = {}) => {
  const down = { key, code: key, ...more }
  fireEvent.keyDown(document.activeElement ?? document.body, down)
  fireEvent.keyUp(document.activeElement ?? document.body, down)
}
const pressDigit = (place: number, more: object = {}) =>
  press(String(place), { code: `Digit${place}`, ctrlKey: true, ...more })
const shown = (app: DrawnApp) => app.fake.callsOf('showJob').map((args) => (args as { job: string | null }).job)
/** Calls that change something at a car or its session. */
const deeds = (app: DrawnApp) =>
  app.fake.calls.filter(({ name }) => !['showJob', 'listJobs', 'readJob', 'getPromptImage'].includes(name))

// @proves Window: Shortcuts only show something, and the help lists them
describe('a shortcut', () => {
  it('shows the job at its place in the rail, and nothing where there is none', async () => {
    const app = await drawApp(three())
    pressDigit(2)
    pressDigit(3, { code: 'Numpad3' })
    pressDigit(9)
    expect(shown(app)).toEqual(['job-2', 'job-3'])
  })

  it.each([
    ['typed with AltGr', { altKey: true }],
    ['with Shift', { shiftKey: true }],
    ['without Ctrl', { ctrlKey: false }],
    ['that is held down', { repeat: true }],
    ['of an input method', { isComposing: true }],
  ])('is no digit %s', async (_title, more) => {
    const app = await drawApp(three())
    pressDigit(2, more)
    expect(shown(app)).toEqual([])
  })

  it('uses the command key on a Mac, where Ctrl means something else', async () => {
    const state = three()
    const app = await drawApp({ ...state, app: { ...state.app, platform: 'darwin' } })
    pressDigit(2)
    expect(shown(app)).toEqual([])
    pressDigit(2, { ctrlKey: false, metaKey: true })
    expect(shown(app)).toEqual(['job-2'])
  })

  it('shows the start, the history and the question', async () => {
    const app = await drawApp(three([asks('session-1')]))
    act(() => screen.getByRole('heading', { level: 1 }).focus())
    press('F6')
    expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Question' }))
    press('F2')
    expect(shown(app)).toEqual([null])
    press('F4')
    expect(screen.getByRole('main', { name: 'History' })).toBeTruthy()
  })

  it('goes through the jobs and scripts that ask, in the order of the rail, and says when none does', async () => {
    const app = await drawApp(three([asks('session-1'), asks('session-3'), asks('script')]))
    press('F3')
    expect(shown(app)).toEqual(['job-3'])
    app.change({ shownJob: 'job-3', session: { ...sampleSession(now), handle: 'session-3' } })
    press('F3')
    expect(screen.getByRole('main', { name: 'Another car' })).toBeTruthy()
    press('F3')
    expect(shown(app)).toEqual(['job-3', 'job-1'])
    app.change({ ...three([asks('session-1')]) })
    press('F3')
    expect(announcements.getState().polite.trim()).toBe('No other job is asking.')
  })

  it('shows the question of a job whose log was open', async () => {
    const app = await drawApp(three([asks('session-2')]))
    app.change({ shownJob: 'job-2', session: { ...sampleSession(now), handle: 'session-2' } })
    await app.user.click(screen.getByRole('button', { name: 'Log' }))
    app.change({ shownJob: 'job-1', session: sampleSession(now) })
    press('F3')
    app.change({ shownJob: 'job-2', session: { ...sampleSession(now), handle: 'session-2' } })
    expect(screen.getByRole('region', { name: 'Question' })).toBeTruthy()
  })

  it.each(['F1', 'F2', 'F3', 'F4', 'F6'])('never answers, starts, stops or finishes anything: %s', async (key) => {
    const app = await drawApp(three([asks('session-1'), asks('session-2')]))
    await armed('Yes')
    for (const name of ['Yes', 'Finish…', 'Run Identify the car', 'Abort without result…']) {
      const button = screen.queryByRole('button', { name })
      if (button !== null) act(() => button.focus())
      press(key)
      app.workbench.screen.setState({ dialog: { kind: 'none' } })
    }
    expect(choices(app)).toEqual([])
    expect(deeds(app)).toEqual([])
  })

  it('does nothing behind an open dialog, so that what was chosen there is not lost', async () => {
    const app = await drawApp(three())
    await app.user.click(screen.getByRole('button', { name: 'Finish…' }))
    const dialog = screen.getByRole('dialog', { name: 'Finish the session' })
    await app.user.type(within(dialog).getByRole('textbox', { name: 'Description' }), 'half written')
    for (const key of ['F1', 'F2', 'F3', 'F4', 'F6']) press(key)
    pressDigit(2)
    expect(shown(app)).toEqual([])
    expect(within(dialog).getByRole<HTMLTextAreaElement>('textbox', { name: 'Description' }).value).toBe('half written')
  })

  it('waits while a field holds text, which would be lost with the screen', async () => {
    const control = { kind: 'freetext', label: 'Sticker?' } as const
    const app = await drawApp(three([samplePrompt(now, control)]))
    const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Your answer' })
    await waitFor(() => expect(field.readOnly).toBe(false))
    await app.user.type(field, 'AB')
    pressDigit(2)
    press('F2')
    expect(shown(app)).toEqual([])
    expect(field.value).toBe('AB')
    await app.user.clear(field)
    pressDigit(2)
    expect(shown(app)).toEqual(['job-2'])
  })
})

describe('the help', () => {
  it('lists every shortcut; it is opened by F1, by its button and from the settings', async () => {
    const app = await drawApp(startState())
    const dialog = () => within(screen.getByRole('dialog', { name: 'Help' }))
    const leave = () => app.user.keyboard('{Escape}')
    press('F1')
    for (const key of ['F1', 'F2', 'F3', 'F4', 'F6', 'Ctrl+1 … Ctrl+9']) expect(dialog().getByText(key)).toBeTruthy()
    await leave()
    await app.user.click(screen.getByRole('button', { name: 'Help and keyboard shortcuts' }))
    expect(dialog().getByText('Show the next job that is asking')).toBeTruthy()
    await leave()
    await app.user.click(screen.getByRole('button', { name: 'Settings' }))
    const settings = within(screen.getByRole('dialog', { name: 'Settings' }))
    await app.user.click(settings.getByRole('button', { name: 'Help and keyboard shortcuts' }))
    expect(dialog().getByText('F2')).toBeTruthy()
  })
})

describe('the count of others that ask', () => {
  const badge = () => screen.queryByRole('button', { name: /other jobs? (is|are) asking/ })

  it('counts jobs and scripts that are not on the screen, and shows the next of them', async () => {
    const app = await drawApp(three([asks('session-1')]))
    expect(badge()).toBeNull()
    app.change({ prompts: [asks('session-1'), asks('session-2'), { ...asks('script'), session: otherSession }] })
    expect(badge()?.textContent).toBe('2')
    await app.user.click(badge() ?? document.body)
    expect(shown(app)).toEqual(['job-2'])
    expect(choices(app)).toEqual([])
  })
})
