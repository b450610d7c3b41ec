// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { newFailure } from '../../../shared/outcome.ts'
import type { UpdateView } from '../../../shared/update.ts'
import { drawApp } from '../../testing/draw-app.tsx'
import { sampleJob, startState } from '../../testing/sample-state.ts'

const openJob = sampleJob(Date.now())
const drawn = (update: UpdateView, more = {}) => drawApp({ ...startState(), update, ...more })
async function settingsWith(update: UpdateView, more = {}) {
  const app = await drawn(update, more)
  await app.user.click(screen.getByRole('button', { name: 'Settings' }))
  const dialog = screen.getByRole('dialog', { name: 'Settings' })
  return { app, updates: within(within(dialog).getByRole('region', { name: 'Updates' })) }
}

describe('the start screen', () => {
  it('asks whether a newer version is fetched, and later whether it is installed', async () => {
    const app = await drawn({ status: 'available', version: '0.2.0' })
    await app.user.click(screen.getByRole('button', { name: 'Fetch version 0.2.0' }))
    app.change({ update: { status: 'ready', version: '0.2.0' } })
    await app.user.click(screen.getByRole('button', { name: 'Install now' }))
    expect([app.fake.callsOf('downloadUpdate'), app.fake.callsOf('installUpdate')].flat()).toHaveLength(2)
  })

  it.each(['available', 'ready'] as const)('asks nothing while a job is open (%s)', async (status) => {
    await drawn({ status, version: '0.2.0' }, { jobs: [openJob] })
    expect(screen.queryByText(/0\.2\.0/)).toBeNull()
  })
})

describe('the settings', () => {
  it.each([
    [{ status: 'off', why: 'by-system' }, 'Updates come with the system’s package manager.'],
    [{ status: 'off', why: 'no-feed' }, 'No update server is set for this installation.'],
    [
      { status: 'idle', checkedAt: Date.UTC(2026, 0, 2, 12) },
      /You have the newest version\. Last checked: Jan 2, 2026/,
    ],
    [{ status: 'idle' }, 'Not checked yet.'],
    [{ status: 'downloading', version: '0.2.0', percent: 40 }, /Fetching version 0\.2\.0: 40 %/],
  ] satisfies [UpdateView, string | RegExp][])('say where the update is (%j)', async (update, words) => {
    const { updates } = await settingsWith(update)
    expect(updates.getByRole('status').textContent?.trim()).toMatch(words)
  })

  it('ask the feed when a person wants it, and show why nothing was taken', async () => {
    const { app, updates } = await settingsWith({ status: 'idle' })
    await app.user.click(updates.getByRole('button', { name: 'Check for updates' }))
    expect(app.fake.callsOf('checkForUpdate')).toHaveLength(1)
    app.change({ update: { status: 'idle', failure: newFailure('update-not-signed') } })
    expect(updates.getByRole('alert').textContent).toMatch(/its signature is missing or wrong/)
  })

  it('cannot install while a job is open, and say when it can', async () => {
    const { updates } = await settingsWith({ status: 'ready', version: '0.2.0' }, { jobs: [openJob] })
    expect(updates.getByRole<HTMLButtonElement>('button', { name: 'Install now' }).disabled).toBe(true)
    expect(updates.getByText('It can be installed when no job is open.')).toBeTruthy()
  })

  it('offer nothing where there are no updates', async () => {
    const { updates } = await settingsWith({ status: 'off', why: 'not-packed' })
    expect(updates.queryByRole('button')).toBeNull()
  })
})
