// @vitest-environment happy-dom
import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { keptDrafts } from '../../shared/limits.ts'
import { pageMemorySchema } from '../../shared/page-memory.ts'
import { type DrawnApp, drawApp } from '../testing/draw-app.tsx'
import {
  otherSession,
  sampleJob,
  samplePrompt,
  sampleSession,
  sessionState,
  startState,
} from '../testing/sample-state.ts'
import { memoryOf } from './page-memory.ts'
import { createScreenStore, draftTyped } from './screen.ts'

const now = Date.now()
const press = (app: DrawnApp, name: string | RegExp) => app.user.click(screen.getByRole('button', { name }))
const remembered = (app: DrawnApp, part: object) => waitFor(() => expect(app.fake.page).toMatchObject(part))
const prompt = (control: Parameters<typeof samplePrompt>[1]) => sessionState(now, [samplePrompt(now, control)])
const field = (name: string) => screen.getByRole<HTMLInputElement>('textbox', { name })
const typed = async (app: DrawnApp, name: string, text: string) => {
  await waitFor(() => expect(field(name).readOnly).toBe(false))
  await app.user.type(field(name), text)
}

// @proves Window: A page that crashed comes back to the same job and place, with the typed text
describe('a page that replaces a crashed one', () => {
  it('is at the log of the job', async () => {
    const app = await drawApp(sessionState(now))
    await press(app, 'Log')
    await remembered(app, { places: [{ session: 'session-1', place: 'log' }] })
    await app.reload()
    expect(screen.getByRole('region', { name: 'Log' })).toBeTruthy()
    expect(screen.queryByRole('region', { name: 'Functions' })).toBeNull()
  })

  it('is in the developer view of the job', async () => {
    const app = await drawApp(sessionState(now))
    await press(app, 'Developer view')
    await remembered(app, { developerFor: 'session-1 open' })
    await app.reload()
    expect(screen.getByRole('region', { name: 'Session token' })).toBeTruthy()
  })

  it('is in the history, at the open job, with the typed search', async () => {
    const app = await drawApp(startState())
    const job = {
      id: 'one',
      target: { kind: 'ticket' as const, number: '7' },
      openedAt: now,
      lastAt: now,
      isClosed: true,
    }
    app.fake.reply('listJobs', () => ({
      ok: true,
      value: { jobs: [{ ...job, licensePlate: 'HB-FC 2108' }], hasMore: false },
    }))
    app.fake.reply('readJob', () => ({ ok: true, value: { facts: [], unreadable: 0 } }))
    await press(app, 'History')
    await app.user.type(screen.getByRole('searchbox', { name: 'Search' }), 'HB')
    await app.user.click(await screen.findByRole('button', { name: /HB-FC 2108/ }))
    await remembered(app, { isHistoryShown: true, historyJob: { id: 'one' } })
    await app.reload()
    await app.user.click(await screen.findByRole('button', { name: 'Back to the list' }))
    expect(screen.getByRole<HTMLInputElement>('searchbox', { name: 'Search' }).value).toBe('HB')
  })

  it('has the finish dialog open with what was chosen and typed, and nothing was finished', async () => {
    const app = await drawApp(sessionState(now))
    await press(app, 'Finish…')
    await app.user.click(screen.getByRole('radio', { name: 'Failed' }))
    await app.user.click(screen.getByRole('checkbox', { name: 'Communication with the car failed' }))
    await app.user.type(field('Description'), 'Wheel bolt missing')
    await remembered(app, { finish: { handle: 'session-1', choice: { description: 'Wheel bolt missing' } } })
    await app.reload()
    const dialog = within(await screen.findByRole('dialog', { name: 'Finish the session' }))
    expect(dialog.getByRole<HTMLInputElement>('radio', { name: 'Failed' }).checked).toBe(true)
    expect(field('Description').value).toBe('Wheel bolt missing')
    expect(app.fake.callsOf('finishSession')).toEqual([])
  })

  it('opens no finish dialog of a session that has ended meanwhile', async () => {
    const app = await drawApp(sessionState(now))
    await press(app, 'Finish…')
    await remembered(app, { finish: { handle: 'session-1' } })
    app.change({ session: { ...sampleSession(now), phase: 'ended', end: { kind: 'expired', at: now } } })
    await app.reload()
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('shows the script that was on the screen', async () => {
    const theirs = samplePrompt(now, { kind: 'yesno', label: 'Theirs?' }, { id: 'other', session: otherSession })
    const app = await drawApp(sessionState(now, [theirs]))
    await app.user.click(within(screen.getByRole('list', { name: 'Scripts' })).getByRole('button'))
    await remembered(app, { otherCar: { key: otherSession.key } })
    await app.reload()
    expect(screen.getByRole('main').getAttribute('aria-label')).toBe('Another car')
  })

  it.each([
    ['a text', { kind: 'freetext', label: 'Sticker?' } as const, 'Your answer', '5H0 906'],
    ['a number', { kind: 'number', label: 'Odometer?', minimum: 0, maximum: 999_999 } as const, 'Number', '1234'],
  ])('has %s that was typed as an answer, and has sent nothing', async (_what, control, name, text) => {
    const app = await drawApp(prompt(control))
    await typed(app, name, text)
    await remembered(app, { drafts: [{ text }] })
    await app.reload()
    expect(field(name).value).toBe(text)
    expect(app.fake.callsOf('answerPrompt')).toEqual([])
  })

  it('has the ticket number that was typed, and forgets it once it is started', async () => {
    const app = await drawApp(startState())
    await app.user.type(field('Ticket number'), '78480')
    await remembered(app, { drafts: [{ text: '78480' }] })
    await app.reload()
    expect(field('Ticket number').value).toBe('78480')
    await app.user.type(field('Ticket number'), '95{Enter}')
    expect(app.fake.callsOf('startSession')).toHaveLength(1)
    await remembered(app, { drafts: [] })
  })

  it('is drawn also when main cannot say where it was', async () => {
    const app = await drawApp(sessionState(now))
    Object.assign(app.fake.api, { readPage: () => Promise.reject(new Error('too early')) })
    await app.reload()
    expect(screen.getByRole('main').getAttribute('aria-label')).toBe('Session')
  })
})

describe('a typed answer', () => {
  it('stays while another job is on the screen', async () => {
    const state = prompt({ kind: 'freetext', label: 'Sticker?' })
    const second = sampleJob(now, { id: 'job-2', handle: 'session-2' })
    const app = await drawApp({ ...state, jobs: [...state.jobs, second] })
    await typed(app, 'Your answer', '5H0')
    app.change({ shownJob: 'job-2', session: { ...sampleSession(now), handle: 'session-2' } })
    expect(screen.queryByRole('textbox', { name: 'Your answer' })).toBeNull()
    app.change({ shownJob: 'job-1', session: state.session })
    expect(field('Your answer').value).toBe('5H0')
  })

  it('is never the client secret of a server', async () => {
    const app = await drawApp(startState())
    await press(app, /^Server: /)
    await press(app, 'Add server')
    await app.user.type(screen.getByLabelText('Client secret'), 'geheim')
    await app.user.type(field('Client ID'), 'h')
    await press(app, 'Cancel')
    await press(app, 'Close')
    await press(app, 'History')
    await remembered(app, { isHistoryShown: true })
    expect(JSON.stringify(app.fake.page)).not.toContain('geheim')
  })
})

it('fits into one call, whatever is typed', () => {
  const store = createScreenStore()
  for (let number = 0; number < 40; number += 1) draftTyped(store, `field ${number}`, 'ü'.repeat(keptDrafts.characters))
  draftTyped(store, 'too long', 'x'.repeat(keptDrafts.characters + 1))
  const choice = {
    results: ['failure' as const],
    feedback: 'none' as const,
    description: 'ü'.repeat(keptDrafts.characters),
  }
  store.setState({ dialog: { kind: 'finish', handle: 'h', choice } })
  const memory = memoryOf(store.getState())
  expect(pageMemorySchema.safeParse(memory).success).toBe(true)
  expect(memory.drafts.map(({ field: name }) => name)).not.toContain('too long')
  expect(memory.drafts).toHaveLength(keptDrafts.count)
  expect(new TextEncoder().encode(JSON.stringify(memory)).length).toBeLessThan(64 * 1024)
})
