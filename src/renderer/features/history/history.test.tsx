// @vitest-environment happy-dom
import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import type { Fact } from '../../../shared/facts.ts'
import type { JobEntry } from '../../../shared/job.ts'
import { drawApp } from '../../testing/draw-app.tsx'
import { fakeFailure } from '../../testing/fake-workbench.ts'
import { startState } from '../../testing/sample-state.ts'

const now = Date.now()
const entry = (id: string, more: Partial<JobEntry> = {}): JobEntry => ({
  id,
  target: { kind: 'ticket', number: id },
  openedAt: now,
  lastAt: now,
  isClosed: true,
  ...more,
})
const page = (jobs: readonly JobEntry[], hasMore = false) => ({ ok: true, value: { jobs, hasMore } })
const refused = (code: Parameters<typeof fakeFailure>[0]) => ({ ok: false, failure: fakeFailure(code, 'retry') })
const fact = (sequence: number, more: object): Fact =>
  ({ job: 'one', sequence, at: now, actor: 'mechanic', ...more }) as unknown as Fact
const opened = fact(1, { kind: 'job-opened' })
const car = entry('7848095', { licensePlate: 'HB-FC 2108', vehicleName: 'Golf', vin: 'WVW123', end: 'finished' })

const press = (name: string | RegExp) => screen.findByRole('button', { name })

async function openHistory(jobs: readonly JobEntry[] = [car], hasMore = false) {
  const app = await drawApp(startState())
  app.fake.reply('listJobs', () => page(jobs, hasMore))
  await app.user.click(await press('History'))
  return app
}

async function openJob(facts: readonly Fact[], unreadable = 0) {
  const app = await openHistory()
  app.fake.reply('readJob', () => ({ ok: true, value: { facts, unreadable } }))
  await app.user.click(await press(/HB-FC 2108/))
  return app
}
const steps = async () => within(await screen.findByRole('list', { name: 'What happened' }))

describe('the history', () => {
  it('lists jobs by day with plate, car, ticket and end', async () => {
    await openHistory([car, entry('7848096', { openedAt: now - 5 * 86_400_000 })])
    const list = within(await screen.findByRole('list', { name: 'Jobs' }))
    const days = list.getAllByRole('heading').map(({ textContent }) => textContent ?? '')
    expect(days.map((day) => day.startsWith('Today · '))).toEqual([true, false])
    const rows = list.getAllByRole('button').map(({ textContent }) => textContent ?? '')
    for (const text of ['HB-FC 2108', 'Golf', '7848095', 'WVW123', 'Finished']) expect(rows[0]).toContain(text)
    expect(rows[1]).toContain('Not started')
  })

  it('says of a finished job how it went, and shows no failure in green', async () => {
    const finished = (id: string, results?: JobEntry['results']) => entry(id, { end: 'finished', results })
    await openHistory([
      finished('1', ['success']),
      finished('2', ['invalid-preconditions']),
      finished('3', ['needs-completion']),
      finished('4'),
    ])
    const chips = ['Done', 'Failed', 'Not finished', 'Finished'].map((name) => screen.getByText(name).className)
    expect(chips.map((classes) => /tone--(\w+)/.exec(classes)?.[1])).toEqual(['good', 'danger', 'warning', 'neutral'])
  })

  it('says that there are no jobs yet, and that a search finds none', async () => {
    const app = await openHistory([])
    expect(await screen.findByText('No jobs yet')).toBeTruthy()
    await app.user.type(screen.getByRole('searchbox', { name: 'Search' }), 'xy')
    expect(await screen.findByText('No job found')).toBeTruthy()
    expect(app.fake.callsOf('listJobs').at(-1)).toEqual({ search: 'xy' })
  })

  it('shows the jobs of the newest search, also when an older one is answered last', async () => {
    const app = await openHistory()
    const late: Array<() => void> = []
    app.fake.reply('listJobs', (args) => {
      const { search } = args as { search: string }
      const answer = page([entry(`found-${search}-`)])
      return search === 'a' ? new Promise((resolve) => late.push(() => resolve(answer))) : answer
    })
    await app.user.type(screen.getByRole('searchbox'), 'ab')
    expect(await screen.findByText(/found-ab-/)).toBeTruthy()
    for (const answer of late) answer()
    await app.user.click(screen.getByRole('searchbox'))
    expect(screen.getByText(/found-ab-/)).toBeTruthy()
    expect(screen.queryByText(/found-a-/)).toBeNull()
  })

  it('loads older jobs after the last one that is shown', async () => {
    const app = await openHistory([car], true)
    app.fake.reply('listJobs', () => page([entry('7840001', { openedAt: now - 86_400_000 })]))
    await app.user.click(await press('Show older jobs'))
    expect(await screen.findByText(/7840001/)).toBeTruthy()
    expect(app.fake.callsOf('listJobs').at(-1)).toEqual({ search: '', before: { openedAt: now, id: '7848095' } })
    expect(screen.getByText(/7848095/)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Show older jobs' })).toBeNull()
  })

  it('offers to try again when the list cannot be read', async () => {
    const app = await drawApp(startState())
    app.fake.reply('listJobs', () => refused('storage-failed'))
    await app.user.click(await press('History'))
    const again = await press('Try again')
    app.fake.reply('listJobs', () => page([car]))
    await app.user.click(again)
    expect(await screen.findByText(/7848095/)).toBeTruthy()
  })

  it('draws only a part of ten thousand jobs', async () => {
    // The test page has no layout.
    const height = vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(72)
    await openHistory(Array.from({ length: 10_000 }, (_, index) => entry(`${index}`)))
    const list = await screen.findByRole('list', { name: 'Jobs' })
    expect(within(list).queryAllByRole('listitem').length).toBeLessThan(100)
    height.mockRestore()
  })

  it('says how long jobs are kept, and leads to the setting', async () => {
    const app = await openHistory()
    expect(screen.getByText(/kept until you delete them/)).toBeTruthy()
    app.change({ settings: { ...startState().settings, keptDays: 90 } })
    expect(screen.getByText(/deleted automatically after 90 days/)).toBeTruthy()
    await app.user.click(await press('Change…'))
    expect(screen.getByRole('dialog', { name: 'Settings' })).toBeTruthy()
  })

  it('exports the jobs that are shown, and says so only when a file was saved', async () => {
    const app = await openHistory([car, entry('2')])
    app.fake.reply('exportJobs', () => ({ ok: true, value: false }))
    const button = await press('Export the 2 shown jobs as JSON…')
    await app.user.click(button)
    expect(screen.queryByText('The file was saved.')).toBeNull()
    app.fake.reply('exportJobs', () => ({ ok: true, value: true }))
    await app.user.click(button)
    expect(await screen.findByText('The file was saved.')).toBeTruthy()
    expect(app.fake.callsOf('exportJobs')).toEqual([{ jobs: ['7848095', '2'] }, { jobs: ['7848095', '2'] }])
  })

  it('is left by its button', async () => {
    const app = await openHistory()
    await app.user.click(await press('Close history'))
    expect(screen.getByRole('main', { name: 'Start' })).toBeTruthy()
  })
})

describe('a job of the history', () => {
  // @proves Window: The history shows the facts of a job in order, as sentences
  it('shows its facts in order, as sentences with their time', async () => {
    await openJob([
      opened,
      fact(2, { kind: 'prompt-shown', functionName: 'F', control: { kind: 'yesno', label: 'Is it on?' } }),
      fact(3, { kind: 'prompt-answered', choice: { kind: 'yesno', yes: true } }),
    ])
    const items = (await steps()).getAllByRole('listitem').map(({ textContent }) => textContent ?? '')
    expect(items.map((text) => text.replace(/^\d\d:\d\d:\d\d/, 'at '))).toEqual([
      'at Job opened',
      'at F asked: Is it on?',
      'at Answered: Yes',
    ])
  })

  it('keeps what functions wrote in details that are closed', async () => {
    const line = { at: now, level: 'info', content: 'RAW 0x22' }
    await openJob([fact(1, { kind: 'function-logged', lines: [line], leftOut: 0 })])
    expect((await steps()).getByText('RAW 0x22').closest('details')?.open).toBe(false)
  })

  it('says why something failed', async () => {
    await openJob([fact(1, { kind: 'session-not-started', failure: fakeFailure('unknown-ticket') })])
    expect((await steps()).getByText(/There is no ticket with this number/)).toBeTruthy()
  })

  it('counts the facts of a later version', async () => {
    await openJob([], 2)
    expect(await screen.findByText(/^2 steps come from a newer version/)).toBeTruthy()
  })

  it('offers to try again when it cannot be read', async () => {
    const app = await openHistory()
    app.fake.reply('readJob', () => refused('storage-failed'))
    await app.user.click(await press(/HB-FC 2108/))
    const again = await press('Try again')
    app.fake.reply('readJob', () => ({ ok: true, value: { facts: [opened], unreadable: 0 } }))
    await app.user.click(again)
    expect((await steps()).getByText('Job opened')).toBeTruthy()
  })

  // @proves Window: The history deletes a job for good only after a question
  it('is deleted only after the question, and leaves the list', async () => {
    const app = await openJob([opened])
    await app.user.click(await press('Delete…'))
    await app.user.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Cancel' }))
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
    expect(app.fake.callsOf('deleteJobs')).toEqual([])
    await app.user.click(await press('Delete…'))
    await app.user.click(await press('Delete for good'))
    expect(await screen.findByText('The job was deleted.')).toBeTruthy()
    expect(app.fake.callsOf('deleteJobs')).toEqual([{ jobs: ['7848095'] }])
    expect(screen.queryByText(/7848095/)).toBeNull()
  })

  it('is not deleted while it is open, and the question says so', async () => {
    const app = await openJob([opened])
    app.fake.reply('deleteJobs', () => refused('not-allowed-now'))
    await app.user.click(await press('Delete…'))
    await app.user.click(await press('Delete for good'))
    expect(await screen.findByText('The job is still open. Close it first.')).toBeTruthy()
  })

  it('is exported alone', async () => {
    const app = await openJob([opened])
    await app.user.click(await press('Export as JSON…'))
    expect(app.fake.callsOf('exportJobs')).toEqual([{ jobs: ['7848095'] }])
  })

  it('is left for the list, also where scrolling returns a promise', async () => {
    const scroll = vi.spyOn(window, 'scrollTo').mockImplementation(() => Promise.resolve() as unknown as undefined)
    const app = await openJob([])
    await app.user.click(await press('Back to the list'))
    expect(screen.getByRole('list', { name: 'Jobs' })).toBeTruthy()
    scroll.mockRestore()
  })
})
