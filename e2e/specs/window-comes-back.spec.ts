import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from '../fixtures.ts'
import { electronPath } from '../host.ts'
import type { LaunchedWorkbench } from '../launch.ts'
import { WorkbenchWindow } from '../pages/workbench-window.ts'

const root = join(import.meta.dirname, '../..')

async function untilTheQuestion(workbench: LaunchedWorkbench): Promise<void> {
  const { start, session, prompt } = workbench.window
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  await session.runFunction('Identify the car')
  await prompt.asks('Is the ignition switched on?')
}

async function answerAndFinish({ session, prompt, finish, ended }: WorkbenchWindow): Promise<string> {
  await prompt.answer('Is the ignition switched on?', 'Yes')
  await prompt.answer(/report the VIN/, 'Yes')
  await expect(session.functionState).toHaveText('Succeeded')
  await session.openFinishDialog()
  await finish.choose({ results: ['Succeeded'] })
  await finish.finish()
  await expect(ended.heading).toHaveText('Session finished')
  return ended.sessionId()
}

// @proves Bad input: Reload in the middle of a prompt
// @proves Faults: 26 page gone while a prompt waits; what a person sees: the same prompt again
test('after a reload in the middle of a question the same question is there and is answered once', async ({
  workbench,
}) => {
  await untilTheQuestion(workbench)
  await workbench.page.reload()
  const sessionId = await answerAndFinish(workbench.window)
  const record = await (await workbench.engine()).record(sessionId)
  expect(record).toMatchObject({ state: 'finished', accepted_finishes: 1 })
})

// @proves Security: A06 a page that crashes or hangs comes back with the same prompt
test('after its process crashed the window comes back with the same question', async ({ workbench }) => {
  await untilTheQuestion(workbench)
  const [page] = await Promise.all([
    workbench.app.waitForEvent('window'),
    workbench.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    ),
  ])
  const window = new WorkbenchWindow(page)
  await window.prompt.asks('Is the ignition switched on?')
  const sessionId = await answerAndFinish(window)
  expect(await (await workbench.engine()).record(sessionId)).toMatchObject({ state: 'finished', accepted_finishes: 1 })
})

// @proves Faults: 39 second start of the application; what a person sees: the first window comes forward
test('a second start brings the first window forward and ends without an engine of its own', async ({ workbench }) => {
  const port = await workbench.enginePort()
  await workbench.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize())
  const sandboxed = process.platform === 'linux' ? ['--no-sandbox'] : []
  const second = spawn(electronPath, [...sandboxed, root, `--user-data-dir=${workbench.profile}`], {
    env: { ...process.env, WORKBENCH_PROFILE_DIR: workbench.profile },
    stdio: 'ignore',
  })
  const [exitCode] = await once(second, 'exit')
  expect(exitCode).toBe(0)
  await expect
    .poll(() => workbench.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized()))
    .toBe(false)
  expect(await workbench.enginePort()).toBe(port)
})

test('closing the window ends the application and its engine', async ({ workbench }) => {
  const engine = await workbench.engine()
  await expect(workbench.window.start.serverStatus).toHaveText('Ready')
  expect(await engine.sessions()).toEqual([])
  const ended = once(workbench.app.process(), 'exit')
  await workbench.app.evaluate(({ app }) => app.quit()).catch(() => {})
  await ended
  await expect
    .poll(() =>
      engine.sessions().then(
        () => 'answers',
        () => 'gone',
      ),
    )
    .toBe('gone')
})

const sizeOf = (workbench: LaunchedWorkbench): Promise<number[] | undefined> =>
  workbench.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getSize())

// @proves Delivery: The window keeps its size from one start to the next, and when its page crashed
test('the window has the size of the last run, also after its page crashed', async ({ launch }, testInfo) => {
  const profile = testInfo.outputPath('a profile of Jürgen')
  const first = await launch({ profile })
  await first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(1010, 690))
  await expect.poll(() => sizeOf(first)).toEqual([1010, 690])
  const [page] = await Promise.all([
    first.app.waitForEvent('window'),
    first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer()),
  ])
  await expect(new WorkbenchWindow(page).start.serverStatus).toHaveText('Ready')
  await expect.poll(() => sizeOf(first)).toEqual([1010, 690])
  await first.app.close()

  const second = await launch({ profile })
  expect(await sizeOf(second)).toEqual([1010, 690])
})
