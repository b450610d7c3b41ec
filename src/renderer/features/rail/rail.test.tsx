// @vitest-environment happy-dom
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { AppState } from '../../../shared/app-state.ts'
import type { Prompt } from '../../../shared/prompt.ts'
import { drawApp } from '../../testing/draw-app.tsx'
import { sampleJob, samplePrompt, sampleSession, sessionState, startState } from '../../testing/sample-state.ts'

const now = Date.now()
const second = { id: 'job-2', handle: 'session-2', licensePlate: 'HB-FC 2108', lift: 'Lift 2', vehicleName: 'Corvo' }
const secondCar = { key: 'session-2', licensePlate: 'HB-FC 2108', ticketNumber: '7848101' }
const asking = (more: Partial<Prompt> = {}) =>
  samplePrompt(now, { kind: 'yesno', label: 'Is the lift down?' }, { id: 'second', session: secondCar, ...more })
const two = (prompts: Prompt[] = []): AppState => ({
  ...sessionState(now, prompts),
  jobs: [sampleJob(now), sampleJob(now, { ...second, questions: prompts.length })],
})
const tiles = () => within(screen.getByRole('list', { name: 'Jobs' })).getAllByRole('button')
const tile = (index: number) => tiles()[index] ?? document.body

describe('the rail', () => {
  it('has the start and no tiles while there is no job', async () => {
    await drawApp(startState())
    expect(screen.getByRole('button', { name: 'Start' }).getAttribute('aria-current')).toBe('page')
    expect(screen.queryByRole('list', { name: 'Jobs' })).toBeNull()
  })

  it('names plate, lift, car and the state of each job, and marks the one on the screen', async () => {
    await drawApp(two())
    expect(tile(1).textContent).toBe('HB-FC 2108Lift 2CorvoReady for a function')
    expect(tiles().map((button) => button.getAttribute('aria-current'))).toEqual(['page', null])
  })

  it('names the ticket of a job without plate, lift and car', async () => {
    const { licensePlate: _plate, lift: _lift, vehicleName: _car, ...bare } = sampleJob(now)
    await drawApp({ ...sessionState(now), jobs: [bare] })
    expect(tile(0).textContent).toBe('Ticket 7848095Ready for a function')
  })

  it('shows a question of another job as a badge and a line in its tile, and nowhere else', async () => {
    const app = await drawApp(two([asking()]))
    expect(tile(1).textContent).toMatch(/^1HB-FC 2108.*Waiting for you\d:\d\dIs the lift down\?/)
    expect(tile(1).textContent).toMatch(/1 question$/)
    expect(screen.queryByRole('region', { name: 'Question' })).toBeNull()
    expect(screen.getByRole('main').textContent).not.toContain('Is the lift down?')
    await app.user.click(tile(1))
    expect(app.fake.callsOf('showJob')).toEqual([{ job: 'job-2' }])
  })

  it('keeps the order of the tiles when a job starts to ask', async () => {
    const app = await drawApp(two())
    const before = tiles().map(({ textContent }) => /[A-Z]+-[\w-]+/.exec(textContent)?.[0])
    app.change({ ...two([asking()]) })
    expect(tiles().map(({ textContent }) => /[A-Z]+-[\w-]+/.exec(textContent)?.[0])).toEqual(before)
  })

  it('says how a session ended, and keeps its tile', async () => {
    const jobs = [sampleJob(now), sampleJob(now, { ...second, phase: 'ended', end: 'expired' })]
    await drawApp({ ...sessionState(now), jobs })
    expect(tile(1).textContent).toContain('Session expired')
  })
})

describe('the developer view', () => {
  it('belongs to the job on the screen and never shows its prompts; the header leads to the question', async () => {
    const app = await drawApp(sessionState(now))
    await app.user.click(screen.getByRole('button', { name: 'Developer view' }))
    expect(screen.getByRole('region', { name: 'Session token' })).toBeTruthy()
    app.change({ prompts: [samplePrompt(now, { kind: 'yesno', label: 'Mine?' })] })
    expect(screen.queryByRole('region', { name: 'Question' })).toBeNull()
    await app.user.click(screen.getByRole('button', { name: 'Show the question' }))
    expect(screen.getByRole('region', { name: 'Question' }).textContent).toBe('Mine?')
  })

  it('closes when another job is shown', async () => {
    const app = await drawApp(two())
    await app.user.click(screen.getByRole('button', { name: 'Developer view' }))
    app.change({ shownJob: 'job-2', session: { ...sampleSession(now), handle: 'session-2' } })
    expect(screen.queryByRole('region', { name: 'Session token' })).toBeNull()
  })

  it('shows the server and no session on the start screen', async () => {
    const app = await drawApp(startState())
    await app.user.click(screen.getByRole('button', { name: 'Developer view' }))
    expect(screen.getByRole('main').getAttribute('aria-label')).toBe('Developer view')
    expect(screen.getByRole('button', { name: 'Copy connection' })).toBeTruthy()
    expect(screen.queryByRole('region', { name: 'Session token' })).toBeNull()
  })
})

describe('the focus', () => {
  const heading = () => screen.getByRole('heading', { level: 1 })

  it('is on the heading of the job after Enter in the ticket field', async () => {
    const app = await drawApp(startState())
    await app.user.type(screen.getByRole('textbox', { name: 'Ticket number' }), '7848095{Enter}')
    app.change(sessionState(now))
    await waitFor(() => expect(document.activeElement).toBe(heading()))
    expect(heading().textContent).toContain('K-329-XB')
  })

  it('is on the heading after the answered question has gone', async () => {
    const app = await drawApp(sessionState(now))
    app.change({ prompts: [samplePrompt(now, { kind: 'yesno', label: 'On?' })] })
    expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Question' }))
    app.change({ prompts: [] })
    await waitFor(() => expect(document.activeElement).toBe(heading()))
  })

  it('is on the way back after the end', async () => {
    const app = await drawApp(sessionState(now))
    act(() => screen.getByRole('button', { name: 'Finish…' }).focus())
    app.change({ session: { ...sampleSession(now), phase: 'ended', end: { kind: 'finished', at: now } } })
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Back to start' }))
  })

  it('stays on the page when somebody has pressed beside everything', async () => {
    const app = await drawApp(startState())
    await app.user.click(screen.getByRole('textbox', { name: 'Ticket number' }))
    act(() => (document.activeElement as HTMLElement).blur())
    app.change({ tickets: [] })
    expect(document.activeElement).toBe(document.body)
  })
})
