/**
 * `npm start -- --demo`: does a mechanic's job in the visible window, with the page objects of the specs. Leaves
 * screenshots and a transcript in artifacts/demo; with --refresh-images also the pictures of the README. Exits with 0 when all
 * of it worked.
 */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect } from '@playwright/test'
import { isStandIn } from '../host.ts'
import { type LaunchedWorkbench, launchWorkbench } from '../launch.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'artifacts/demo')
const images = join(root, 'docs/images')
const refreshesImages = process.argv.includes('--refresh-images')
const startedAt = performance.now()
const transcript: string[] = []

function tell(text: string): void {
  const line = `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${text}`
  transcript.push(line)
  process.stdout.write(`${line}\n`)
}

async function picture({ page }: LaunchedWorkbench, name: string): Promise<void> {
  const file = join(folder, `${String(transcript.length).padStart(2, '0')}-${name}.png`)
  await page.screenshot({ path: file, animations: 'disabled' })
  if (refreshesImages) copyFileSync(file, join(images, `${name}.png`))
}

async function answer(workbench: LaunchedWorkbench, question: string | RegExp, button: string, name: string) {
  const { prompt } = workbench.window
  await prompt.asks(question)
  const text = (await prompt.question.textContent())?.trim()
  await expect(prompt.button(button)).toBeEnabled()
  await picture(workbench, name)
  await prompt.button(button).click()
  tell(`the function asks: ${text} The mechanic answers: ${button}`)
}

async function finishSession(workbench: LaunchedWorkbench): Promise<void> {
  const { session, finish, ended } = workbench.window
  await session.openFinishDialog()
  const description = 'All part and software numbers are written down.'
  await finish.choose({ results: ['Succeeded'], feedback: 'It worked', description })
  await picture(workbench, 'finish')
  await finish.finish()
  await expect(ended.heading).toHaveText('Session finished')
  tell('the mechanic finishes the session: Succeeded, It worked')
  await picture(workbench, 'finished')
}

async function checkRecord(workbench: LaunchedWorkbench): Promise<void> {
  const engine = await workbench.engine()
  const record = await engine.record(await workbench.window.ended.sessionId())
  expect(record.state).toBe('finished')
  expect(record.service_result?.result).toEqual(['RESULT_SUCCESS'])
  tell(`the engine's record: ${record.state}, ${record.service_result?.result.join(', ')}`)
}

async function doTheJob(workbench: LaunchedWorkbench): Promise<void> {
  const { start, session } = workbench.window
  await workbench.page.setViewportSize({ width: 1366, height: 768 })
  await expect(start.serverStatus).toHaveText('Ready')
  await start.ticket('7848095').waitFor()
  tell(`the window shows ${await start.tickets.getByRole('listitem').count()} tickets of the workshop`)
  await picture(workbench, 'start')
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  tell('a session on ticket 7848095 is started and claimed')
  await expect(session.values).toContainText('Live')
  await expect(session.car).toContainText('WFKZZZ8C9MA204417')
  tell('link and car are shown')
  await picture(workbench, 'session')
  await session.runFunction('Identify the car')
  await answer(workbench, 'Is the ignition switched on?', 'Yes', 'prompt')
  await answer(workbench, /report the VIN/, 'Yes', 'confirm')
  await expect(session.functionState).toHaveText('Succeeded')
  const rows = await session.findingsOf('Identify the car').getByRole('row').count()
  tell(`the function succeeded; its findings have ${rows - 1} rows`)
  await picture(workbench, 'findings')
  await finishSession(workbench)
  await checkRecord(workbench)
}

rmSync(folder, { recursive: true, force: true })
for (const target of [folder, images]) mkdirSync(target, { recursive: true })
tell(`the application starts in ${isStandIn ? 'the stand-in for Electron' : 'Electron'}`)
const workbench = await launchWorkbench()
try {
  await doTheJob(workbench)
} catch (error) {
  await picture(workbench, 'failure').catch(() => {})
  tell(`it did not work: ${(error as Error).message}`)
  process.exitCode = 1
} finally {
  await workbench.close()
  writeFileSync(join(folder, 'transcript.txt'), `${transcript.join('\n')}\n`)
  process.stdout.write(`\nScreenshots and transcript: ${relative(root, folder)}\n`)
}
