// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../shared/facts.ts'
import { drawApp } from '../../testing/draw-app.tsx'
import { drawsListsWithSize } from '../../testing/draws-lists.ts'
import { fakeFailure } from '../../testing/fake-workbench.ts'
import { sampleLog, sampleSession, sessionState } from '../../testing/sample-state.ts'

const now = Date.now()
const fact = (sequence: number, more: object): Fact =>
  ({ job: 'job-1', sequence, at: now, actor: 'function', session: 'session-1', ...more }) as unknown as Fact
const line = (level: string, content: string) => ({ at: now, level, content })

const opened = fact(1, { kind: 'job-opened' })
const asked = fact(2, {
  kind: 'prompt-shown',
  promptId: 'p1',
  functionName: 'Calibrate',
  control: { kind: 'options', label: 'Which side?', options: ['Left', 'Right'] },
})
const answered = fact(3, { kind: 'prompt-answered', promptId: 'p1', choice: { kind: 'options', option: 1 } })
const said = fact(4, {
  kind: 'prompt-shown',
  promptId: 'p2',
  functionName: 'Calibrate',
  control: { kind: 'label', label: 'Turning the camera', minimalDisplayTimeMs: 0 },
})
const logged = fact(5, {
  kind: 'function-logged',
  lines: [line('info', 'Angle 4.1'), line('error', 'No reply from 0x74F')],
  leftOut: 0,
})
const lost = fact(6, { kind: 'link-lost' })
const all = [opened, asked, answered, said, logged, lost]

const panel = () => within(screen.getByRole('region', { name: 'Log' }))
const rows = async () => (await panel().findAllByRole('listitem')).map(({ textContent }) => textContent ?? '')
const texts = async () => (await rows()).map((row) => row.replace(/^[\d:]+/, ''))

/** The place *Log* of a job with these facts. Later facts come with the next reading. */
async function openLog(facts: readonly Fact[]) {
  const app = await drawApp(sessionState(now))
  const stored = [...facts]
  app.fake.reply('readJob', (args) => {
    const { job, after = 0 } = args as { job: string; after?: number }
    const ofJob = job === 'job-1' ? stored : []
    return { ok: true, value: { facts: ofJob.filter(({ sequence }) => sequence > after), unreadable: 0 } }
  })
  await app.user.click(screen.getByRole('button', { name: 'Log' }))
  return { ...app, stored, show: (name: string) => app.user.click(panel().getByRole('radio', { name })) }
}

// @proves Window: One log per job: all its facts in order with its log lines, and filters that say when nothing is left
describe('the log of a job', () => {
  drawsListsWithSize()

  it('has what happened and what functions noted, in the order of the facts', async () => {
    await openLog(all)
    expect(await texts()).toEqual([
      'Job opened',
      'Calibrate asked: Which side?',
      'Answered: Right',
      'Calibrate: Turning the camera',
      'Angle 4.1',
      'Error: No reply from 0x74F',
      'Connection to the server lost',
    ])
  })

  it.each([
    ['Questions and answers', ['Calibrate asked: Which side?', 'Answered: Right']],
    ['Problems', ['Error: No reply from 0x74F', 'Connection to the server lost']],
    ['Log lines', ['Angle 4.1', 'Error: No reply from 0x74F']],
  ])('shows only %s when that is chosen', async (name, expected) => {
    const log = await openLog(all)
    await rows()
    await log.show(name)
    expect(await texts()).toEqual(expected)
  })

  it.each([
    ['Questions and answers', 'No questions'],
    ['Problems', 'No problems'],
    ['Log lines', 'No log lines'],
  ])('says what is missing under the filter %s', async (name, text) => {
    const log = await openLog([opened])
    await rows()
    await log.show(name)
    expect(panel().getByText(text)).toBeTruthy()
    expect(panel().queryAllByRole('listitem')).toHaveLength(0)
  })

  it('shows what happens while it is open, each fact once', async () => {
    const log = await openLog([opened])
    expect(await texts()).toEqual(['Job opened'])
    log.stored.push(lost)
    expect(await panel().findByText('Connection to the server lost')).toBeTruthy()
    log.stored.push(fact(7, { kind: 'link-restored' }))
    expect(await panel().findByText('Connection to the server restored')).toBeTruthy()
    expect(await rows()).toHaveLength(3)
  })

  it('has nothing of another job, neither its facts nor its log lines', async () => {
    const log = await openLog([opened])
    log.fake.appendLog(sampleLog(now, 3).map((one) => ({ ...one, sessionLabel: '7848112', content: 'Theirs' })))
    await rows()
    expect(panel().queryByText('Theirs')).toBeNull()
    const other = { ...sampleSession(now), handle: 'session-2' }
    log.change({ shownJob: 'job-2', session: other })
    await log.user.click(screen.getByRole('button', { name: 'Log' }))
    expect(await panel().findByText('Nothing has happened yet')).toBeTruthy()
    expect(log.fake.callsOf('readJob')).toContainEqual({ job: 'job-2', after: 0 })
  })

  it('draws only the visible rows of five thousand lines, and says where they are', async () => {
    const lines = Array.from({ length: 1000 }, (_, index) => line('info', `line ${index}`))
    await openLog([1, 2, 3, 4, 5].map((sequence) => fact(sequence, { kind: 'function-logged', lines, leftOut: 0 })))
    const drawn = await panel().findAllByRole('listitem')
    expect(drawn.length).toBeLessThan(200)
    expect(drawn[0]?.getAttribute('aria-setsize')).toBe('5000')
    expect(drawn[0]?.getAttribute('aria-posinset')).not.toBeNull()
  })

  it('says why it cannot be read, and shows it as soon as it can', async () => {
    const app = await drawApp(sessionState(now))
    app.fake.reply('readJob', () => ({ ok: false, failure: fakeFailure('not-recorded') }))
    await app.user.click(screen.getByRole('button', { name: 'Log' }))
    expect(await panel().findByRole('alert')).toBeTruthy()
    app.fake.reply('readJob', () => ({ ok: true, value: { facts: [opened], unreadable: 0 } }))
    expect(await panel().findByText('Job opened')).toBeTruthy()
    expect(panel().queryByRole('alert')).toBeNull()
  })

  it('stays on the screen after the end of the session', async () => {
    const log = await openLog(all)
    log.change({ session: { ...sampleSession(now), phase: 'ended', end: { kind: 'finished', at: now } } })
    expect(await panel().findByText('Answered: Right')).toBeTruthy()
  })
})
