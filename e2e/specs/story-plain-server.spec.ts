import { expect, test } from '../fixtures.ts'

const plain = ['--without', 'workbench', '--lab', '--clock', 'manual'] as const
const withoutEngineCredentials = { WORKBENCH_ENGINE_CREDENTIALS: undefined }

// @proves Stories: A server that is only openOBD: start, claim, three rotations, finish, interrupt
test('on a server that is only openOBD a session is started, claimed, kept fresh and finished', async ({
  workbench,
  startEngine,
}) => {
  const engine = await startEngine(plain)
  const { start, session, servers, finish, ended, jobs, page } = workbench.window

  await test.step('the server is entered in the form', async () => {
    await servers.open()
    await servers.add(engine.entry('Plain server'))
    await servers.select('Plain server')
    await servers.close()
    await expect(start.serverStatus).toHaveText('Ready')
    await expect(start.screen).toContainText('Questions appear on the platform’s own screen')
  })
  await test.step('a typed ticket starts a session', async () => {
    await start.startOnTypedTicket(engine.ready.ticket)
    await expect(session.state).toHaveText('Active')
    await expect(session.car).toContainText('WFKZZZ8C9MA204417')
  })
  await test.step('the token is renewed three times', async () => {
    await jobs.toggleDeveloperView()
    // The stream gives its first token at once.
    for (const rotations of ['2 times', '3 times', '4 times']) {
      await engine.access.advance(120_000)
      await expect(session.token).toContainText(rotations)
    }
  })
  await test.step('the session is finished', async () => {
    await session.openFinishDialog()
    await finish.choose({ results: ['Succeeded'] })
    await finish.finish()
    await expect(ended.heading).toHaveText('Session finished')
  })
  const sessionId = await ended.sessionId()
  const listed = await engine.access.sessions()
  expect(listed.find(({ id }) => id === sessionId)?.state).toBe('finished')
  expect(await page.content()).not.toContain(engine.ready.clientSecret)
})

// @proves Stories: A server that is only openOBD: start, claim, three rotations, finish, interrupt
test('a server given by OPENOBD_ variables is there at once, and a session on it can be interrupted', async ({
  launch,
  startEngine,
}) => {
  const engine = await startEngine(plain)
  const workbench = await launch({ env: { ...withoutEngineCredentials, ...engine.environment } })
  const { start, session, servers, ended } = workbench.window
  await expect(start.serverStatus).toHaveText('Ready')
  await servers.open()
  await expect(servers.dialog).toContainText('Set by environment variables')
  await servers.close()
  await start.startOnTypedTicket(engine.ready.ticket)
  await expect(session.state).toHaveText('Active')
  await session.interrupt()
  await expect(ended.heading).toHaveText('Session aborted without result')
  const listed = await engine.access.sessions()
  expect(listed.find(({ id }) => id !== '')?.state).toBe('interrupted')
  expect(workbench.log.join('\n')).not.toContain(engine.ready.clientSecret)
})

// @proves Stories: The secret of a server is kept for one run only
test('a secret is kept for this run only', async ({ launch, startEngine }, testInfo) => {
  const engine = await startEngine(plain)
  const profile = testInfo.outputPath('profile')
  const first = await launch({ profile })
  await expect(first.window.start.serverStatus).toHaveText('Ready')
  await first.window.servers.open()
  await first.window.servers.add(engine.entry('Plain server'))
  await first.window.servers.dialog.getByRole('radio', { name: 'Plain server' }).waitFor({ state: 'attached' })
  await first.app.close()
  const second = await launch({ profile })
  await expect(second.window.start.screen).toBeVisible()
  await second.window.servers.open()
  await expect(second.window.servers.dialog).toContainText('Plain server')
  await expect(second.window.servers.dialog).toContainText('Client secret needed')
})
