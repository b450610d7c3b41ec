import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from '../fixtures.ts'
import { electronPath } from '../host.ts'

const root = join(import.meta.dirname, '../..')

// @proves Jobs: A second application on the same profile shows the first one and ends: no job is resumed or closed twice
test('a second application on the same profile shows the first one and leaves its jobs alone', async ({
  launch,
}, testInfo) => {
  const profile = testInfo.outputPath('profile')
  const first = await launch({ profile })
  const { start, session, jobs } = first.window
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  const shown = () => first.app.evaluate(() => (globalThis as unknown as { timesShown?: number }).timesShown ?? 0)
  await first.app.evaluate(({ app }) => {
    app.on('second-instance', () => {
      const counter = globalThis as unknown as { timesShown?: number }
      counter.timesShown = (counter.timesShown ?? 0) + 1
    })
  })

  const second = spawn(electronPath, [root, `--user-data-dir=${profile}`, '--lang=en-US'], {
    env: { ...process.env, WORKBENCH_HEADLESS: '1', WORKBENCH_PROFILE_DIR: profile },
    stdio: 'ignore',
  })
  const [code] = await once(second, 'exit')
  expect(code).toBe(0)
  await expect.poll(shown).toBe(1)

  await expect(jobs.jobs).toHaveCount(1)
  await expect(session.state).toHaveText('Active')
  const journal = new DatabaseSync(join(profile, 'journal.sqlite'), { readOnly: true })
  const kinds = journal
    .prepare('SELECT fact FROM facts')
    .all()
    .map(({ fact }) => JSON.parse(String(fact)).kind)
  journal.close()
  expect(kinds).toContain('session-claimed')
  for (const kind of ['application-lost', 'session-resumed', 'session-ended', 'job-closed'])
    expect(kinds, kind).not.toContain(kind)
})
