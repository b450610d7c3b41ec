import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '../fixtures.ts'
import type { LaunchedWorkbench } from '../launch.ts'
import { servePicture } from '../picture-server.ts'
import { PythonFunction } from '../python-function.ts'

const picture = readFileSync(join(import.meta.dirname, '../../build/icon/png/256x256.png'))

/** The variables that "Copy connection" put on the clipboard. */
async function copiedVariables(workbench: LaunchedWorkbench): Promise<Record<string, string>> {
  const { start, notifications } = workbench.window
  await expect(start.serverStatus).toHaveText('Ready')
  // What has just appeared or moved takes no press for a moment.
  await expect(async () => {
    await start.copyConnection()
    await expect(notifications).toContainText('Connection copied', { timeout: 1000 })
  }).toPass()
  const text = await workbench.app.evaluate(({ clipboard }) => clipboard.readText())
  const assignments = text.matchAll(/^(?:export\s+|set\s+|\$env:)?(OPENOBD_\w+)\s*=\s*["']?([^"'\r\n]*)["']?$/gm)
  return Object.fromEntries([...assignments].map(([, name = '', value = '']) => [name, value]))
}

// @proves Stories: A function of somebody else asks by the official client: every kind of control, typed answers, translations, image, operator, `force_display`, ISO-TP
test('a Python function with the copied connection asks the mechanic and gets typed answers', async ({ workbench }) => {
  const { prompt } = workbench.window
  const server = await servePicture(picture)
  const variables = await copiedVariables(workbench)
  const python = new PythonFunction({ ...variables, OPENOBD_TICKET_ID: '7848095' }, '--image-url', server.url)

  const { session_id: sessionId } = await python.step('started')
  await test.step('every kind of control is answered in the window', async () => {
    await prompt.showOtherCar()
    await prompt.asks('Preparing the camera check.')
    await prompt.answer('Is the tailgate closed?', 'No')
    expect(await python.step('yesno')).toMatchObject({ answer: false, type: 'bool' })
    await prompt.answer('Place the target in front of the car.', 'Continue')
    await prompt.asks('Which label is on the camera?')
    await expect(prompt.send).toBeDisabled()
    await prompt.answerWithText('Which label is on the camera?', 'Ü-42 <b>')
    expect(await python.step('freetext')).toMatchObject({ answer: 'Ü-42 <b>' })
    await prompt.asks('Which camera is fitted?')
    await expect(prompt.picture).toBeVisible()
    await prompt.button('Stereo').click()
    expect(await python.step('options')).toMatchObject({ answer: 1, type: 'int' })
    await prompt.answer('How many targets stand there?', '4')
    expect(await python.step('number')).toMatchObject({ answer: 4 })
    await prompt.answerWithKeypad('Distance to the target in mm?', '1250')
    expect(await python.step('large-number')).toMatchObject({ answer: 1250 })
  })

  await test.step('the operator is asked beside the mechanic, and force_display takes the place of a question', async () => {
    const operator = prompt.others.getByRole('listitem').filter({ hasText: 'Is the lift about to move?' })
    await expect(operator.or(prompt.question.filter({ hasText: 'Is the lift about to move?' }))).toBeVisible()
    if (await operator.isVisible()) await operator.getByRole('button', { name: 'Show this question' }).click()
    await expect(prompt.region).toContainText('For the operator')
    await prompt.answer('Is the lift about to move?', 'Yes')
    expect(await python.step('operator')).toMatchObject({ answer: true })
    await prompt.answer('Stop: the lift is moving.', 'Continue')
    await expect(prompt.gone).toContainText('Nobody gets to answer this.')
    expect(await python.step('interrupted-question')).toMatchObject({ outcome: 'OpenOBDStreamStoppedException' })
  })

  await test.step('ISO-TP works, and closing its stream withdraws the prompt', async () => {
    expect(await python.step('vin')).toMatchObject({ vin: 'WFKZZZ8C9MA204417' })
    await python.step('prompt-closed')
    await expect(prompt.region).toBeHidden()
    await expect(workbench.window.page.getByText('No question at the moment')).toBeVisible()
    expect(await python.ended()).toBe(0)
  })

  const engine = await workbench.engine()
  const record = await engine.record(String(sessionId))
  expect(record).toMatchObject({ state: 'finished', service_result: { result: ['RESULT_SUCCESS'] } })
  server.close()
})

// @proves Window: Translations with fallback; operator prompts told apart
test('a prompt appears in the language of the application, and falls back to the original text', async ({
  workbench,
}) => {
  const { start, settings, page } = workbench.window
  const variables = await copiedVariables(workbench)
  await expect(start.serverStatus).toHaveText('Ready')
  await settings.open()
  await settings.chooseLanguage('Deutsch')
  await settings.close()
  const python = new PythonFunction({ ...variables, OPENOBD_TICKET_ID: '7848095' })
  const others = page.getByRole('list', { name: 'Skripte' })
  await others.getByRole('button').click()
  await expect(page.getByText('Ist die Heckklappe zu?', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Ja', exact: true }).click()
  await page.getByRole('button', { name: 'Weiter', exact: true }).click()
  await expect(page.getByText('Which label is on the camera?', { exact: true })).toBeVisible()
  await page.getByRole('textbox', { name: 'Ihre Antwort' }).fill('A')
  await page.getByRole('button', { name: 'Senden', exact: true }).click()
  await expect(page.getByText('Welche Kamera ist verbaut?', { exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Mono', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Keine', exact: true }).click()
  expect(await python.step('options')).toMatchObject({ answer: 2 })
  python.kill()
})

// @proves Stories: “Copy connection” is done by main; the page never holds the secret
test('the page never holds the secret that was copied', async ({ workbench }) => {
  const variables = await copiedVariables(workbench)
  expect(variables.OPENOBD_PARTNER_CLIENT_SECRET).toBe(workbench.credentials.clientSecret)
  const session = await workbench.page.context().newCDPSession(workbench.page)
  let heap = ''
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
    heap += chunk
  })
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  expect(heap).toContain('Copy connection')
  expect(heap).not.toContain(workbench.credentials.clientSecret)
})

// @proves Bad input: Image missing, huge, none, `file://`
test('a picture that is none never blocks the answer', async ({ workbench }) => {
  const { prompt } = workbench.window
  const server = await servePicture(Buffer.from('<svg onload="alert(1)"/>'), 'image/png')
  const variables = await copiedVariables(workbench)
  const python = new PythonFunction({ ...variables, OPENOBD_TICKET_ID: '7848095' }, '--image-url', server.url)
  await prompt.showOtherCar()
  await prompt.answer('Is the tailgate closed?', 'Yes')
  await prompt.answer('Place the target in front of the car.', 'Continue')
  await prompt.answerWithText('Which label is on the camera?', 'A')
  await prompt.asks('Which camera is fitted?')
  await expect(prompt.region).toContainText('The picture cannot be shown.')
  await prompt.button('Mono').click()
  expect(await python.step('options')).toMatchObject({ answer: 0 })
  python.kill()
  server.close()
})
