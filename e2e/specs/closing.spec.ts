import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from '../fixtures.ts'
import { isStandIn } from '../host.ts'
import type { LaunchedWorkbench } from '../launch.ts'
import { WorkbenchWindow } from '../pages/workbench-window.ts'
import type { StandaloneEngine } from '../standalone-engine.ts'

const ticket = '7848095'
const onlyTheServer = { WORKBENCH_ENGINE_CREDENTIALS: undefined }

async function startSession({ window }: LaunchedWorkbench): Promise<void> {
  await window.start.startOnListedTicket(ticket)
  await expect(window.session.state).toHaveText('Active')
}

async function onlySession(engine: StandaloneEngine): Promise<string> {
  const sessions = await engine.access.sessions()
  expect(sessions).toHaveLength(1)
  return sessions[0]?.id ?? ''
}

const windowsOf = ({ app }: LaunchedWorkbench) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)

// @proves Window: Closing with a session open asks, and never blocks a hung page or the end of the system
test('closing the window with a session open asks, and going back keeps the session', async ({ workbench }) => {
  const { closing, session, finish, ended } = workbench.window
  await startSession(workbench)
  await workbench.closeWindow()
  await expect(closing.dialog).toContainText(`Ticket ${ticket}`)
  await expect(closing.dialog).toContainText('Falkenberg Corvo')
  await expect(closing.backButton).toBeFocused()
  await closing.goBack()
  await expect(closing.dialog).toBeHidden()
  await expect(session.state).toHaveText('Active')

  await test.step('quitting asks again, and Escape goes back as well', async () => {
    await workbench.quit()
    await expect(closing.backButton).toBeFocused()
    await closing.escape()
    await expect(closing.dialog).toBeHidden()
  })
  await test.step('the session can still be finished', async () => {
    await session.openFinishDialog()
    await finish.choose({ results: ['Succeeded'] })
    await finish.finish()
    await expect(ended.heading).toHaveText('Session finished')
  })
  const record = await (await workbench.engine()).record(await ended.sessionId())
  expect(record).toMatchObject({ state: 'finished', accepted_finishes: 1 })
})

test('finishing first stores the result, and then nothing is asked any more', async ({ workbench }) => {
  const { closing, finish, ended } = workbench.window
  await startSession(workbench)
  await workbench.closeWindow()
  await closing.finishFirst()
  await expect(closing.dialog).toBeHidden()
  await finish.choose({ results: ['Succeeded'] })
  await finish.finish()
  await expect(ended.heading).toHaveText('Session finished')
  const end = workbench.ended()
  await workbench.closeWindow().catch(() => {})
  await end
})

test('interrupt and close tells the server before the application ends', async ({ launch, startEngine }) => {
  const engine = await startEngine()
  const workbench = await launch({ env: { ...onlyTheServer, ...engine.environment } })
  await startSession(workbench)
  const id = await onlySession(engine)
  await workbench.quit()
  const end = workbench.ended()
  await workbench.window.closing.interruptAndClose()
  await end
  expect(await engine.access.record(id)).toMatchObject({ state: 'interrupted', accepted_finishes: 0 })
})

test('an interrupt that does not get through is told in the dialog, and the application stays', async ({
  launch,
  startEngine,
}) => {
  const engine = await startEngine()
  const workbench = await launch({ env: { ...onlyTheServer, ...engine.environment } })
  const { closing } = workbench.window
  await startSession(workbench)
  await engine.kill()
  await workbench.closeWindow()
  await closing.interruptAndClose()
  await expect(closing.dialog.getByRole('alert')).toContainText('The session could not be aborted')
  expect(await windowsOf(workbench)).toBe(1)
  const end = workbench.ended()
  await closing.leaveOpenAndClose()
  await end
})

test('a session that was left open is found again by the next start of the same profile', async ({
  launch,
  startEngine,
}, testInfo) => {
  const engine = await startEngine()
  const options = { profile: testInfo.outputPath('profile'), env: { ...onlyTheServer, ...engine.environment } }
  const first = await launch(options)
  await startSession(first)
  const id = await onlySession(engine)
  await first.closeWindow()
  await expect(first.window.closing.dialog).toContainText(/valid until \d\d:\d\d:\d\d/)
  const end = first.ended()
  await first.window.closing.leaveOpenAndClose()
  await end
  expect(await engine.access.record(id)).toMatchObject({ state: 'active', accepted_finishes: 0 })

  // As if the application had been killed while the function was being stopped: result chosen and stored, never sent.
  const stored = new DatabaseSync(join(options.profile, 'journal.sqlite'))
  const last = stored.prepare('SELECT job, max(sequence) AS sequence, fact FROM facts').get()
  const { session: handle } = JSON.parse(
    String(stored.prepare("SELECT fact FROM facts WHERE fact LIKE '%session-claimed%'").get()?.fact),
  )
  const sequence = Number(last?.sequence) + 1
  const serviceResult = {
    results: ['needs-validation'],
    userFeedback: 'success',
    description: 'Calibrate again',
  }
  const chosen = { kind: 'finish-chosen', job: last?.job, sequence, at: Date.now(), actor: 'mechanic' }
  stored
    .prepare('INSERT INTO facts (job, sequence, fact) VALUES (?, ?, ?)')
    .run(String(last?.job), sequence, JSON.stringify({ ...chosen, session: handle, serviceResult }))
  stored.close()
  const second = await launch(options)
  const { start, blocking, session } = second.window
  const unfinished = second.page.getByRole('region', { name: 'Not finished' })
  await expect(unfinished).toContainText('Still open')
  await expect(unfinished).toContainText('This result was chosen but not sent:')
  await expect(unfinished).toContainText('Calibrate again')
  await start.startOnTypedTicket(ticket)
  await expect(blocking.dialog).toContainText('Started by this application')
  await expect(blocking.dialog).toContainText(id)
  await blocking.interruptAndStartAgain()
  await expect(session.state).toHaveText('Active')
  expect(await engine.access.record(id)).toMatchObject({ state: 'interrupted' })
})

// In real Electron this needs the keyring of a desktop, which test machines with Linux do not have.
if (isStandIn || process.platform !== 'linux') {
  // @proves Sessions and links: A job whose application was killed is continued in the next start and finished once
  // @proves Faults: 36 application killed in a session; what a person sees: the record, and an offer to go on while the token lives
  test('a session whose application was killed is continued and finished', async ({
    launch,
    startEngine,
  }, testInfo) => {
    const engine = await startEngine()
    const profile = testInfo.outputPath('profile')
    const keyring = { STAND_IN_KEYRING: testInfo.outputPath('keyring') }
    const options = { profile, env: { ...onlyTheServer, ...engine.environment, ...keyring } }
    const first = await launch(options)
    await startSession(first)
    const id = await onlySession(engine)
    const stored = new DatabaseSync(join(profile, 'journal.sqlite'), { readOnly: true })
    await expect.poll(() => stored.prepare('SELECT count(*) AS kept FROM kept_tokens').get()?.kept).toBe(1)
    stored.close()
    const end = first.ended()
    first.app.process().kill('SIGKILL')
    await end

    const second = await launch(options)
    const { session, finish, ended } = second.window
    await second.page.getByRole('button', { name: `Resume Ticket ${ticket}` }).click()
    await expect(session.state).toHaveText('Active')
    await expect(second.page.getByRole('region', { name: 'Not finished' })).toBeHidden()
    expect(await onlySession(engine)).toBe(id)
    await session.openFinishDialog()
    await finish.choose({ results: ['Succeeded'] })
    await finish.finish()
    await expect(ended.heading).toHaveText('Session finished')
    expect(await engine.access.record(id)).toMatchObject({ state: 'finished', accepted_finishes: 1 })
  })
}

test('on the own engine closing says that the session ends with it', async ({ workbench }) => {
  const { closing } = workbench.window
  await startSession(workbench)
  await workbench.closeWindow()
  await expect(closing.dialog).toContainText('The built-in simulator closes together with the application')
  const end = workbench.ended()
  await closing.leaveOpenAndClose()
  await end
})

test('a window that comes back after a crash asks the question that was open', async ({ workbench }) => {
  await startSession(workbench)
  await workbench.closeWindow()
  await expect(workbench.window.closing.dialog).toBeVisible()
  const [page] = await Promise.all([
    workbench.app.waitForEvent('window'),
    workbench.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    ),
  ])
  const window = new WorkbenchWindow(page)
  await expect(window.closing.dialog).toContainText(`Ticket ${ticket}`)
  await window.closing.goBack()
  await expect(window.session.state).toHaveText('Active')
})

// @proves Window: Closing with a session open asks, and never blocks a hung page or the end of the system
test('a page that hangs cannot hold the application open', async ({ launch }) => {
  const workbench = await launch({ env: { WORKBENCH_CLOCK: 'advanceable' } })
  const child = workbench.app.process()
  await startSession(workbench)
  // Not awaited, because the page never finishes it.
  workbench.page
    .evaluate(
      () =>
        void setTimeout(() => {
          for (;;);
        }),
    )
    .catch(() => {})
  await workbench.closeWindow()
  expect(await windowsOf(workbench)).toBe(1)
  // The page may have shown the first question before it stopped responding, but none afterwards.
  const closeAgainLater = () =>
    workbench.app.evaluate(({ BrowserWindow }) => {
      const clock = (globalThis as unknown as { workbenchClock: { advance(byMs: number): void } }).workbenchClock
      clock.advance(3000)
      BrowserWindow.getAllWindows()[0]?.close()
    })
  await expect
    .poll(async () => {
      await closeAgainLater().catch(() => {})
      return child.exitCode
    })
    .toBe(0)
})

test('a signal ends the application without a question', async ({ workbench }) => {
  test.skip(process.platform === 'win32', 'Windows has no signals')
  await startSession(workbench)
  const end = workbench.ended()
  workbench.app.process().kill('SIGTERM')
  await end
})

test('the end of the operating system is not held back by an open session', async ({ workbench }) => {
  await startSession(workbench)
  const end = workbench.ended()
  await workbench.app
    .evaluate(({ app, powerMonitor }) => {
      powerMonitor.emit('shutdown')
      app.quit()
    })
    .catch(() => {})
  await end
})
