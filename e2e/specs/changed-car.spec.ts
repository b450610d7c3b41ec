import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messagesOf } from '../bus-log.ts'
import { expect, test } from '../fixtures.ts'

const original = join(import.meta.dirname, '../../vehicles/falkenberg-corvo.yaml')
const vin = 'WFKTEST00XY123456'
const partNumber = '04L906777ZZ'

// @proves Protocol and engine: What a vehicle file says is on the screen and on the bus
test('a changed VIN and part number in a vehicle file are on the screen and in the frames of the bus', async ({
  launch,
}, testInfo) => {
  const folder = testInfo.outputPath('car')
  mkdirSync(folder, { recursive: true })
  const car = join(folder, 'car.yaml')
  const busLog = join(folder, 'bus.log')
  const text = readFileSync(original, 'utf8')
  expect(text).toContain('WFKZZZ8C9MA204417')
  expect(text).toContain('04L906056KQ')
  writeFileSync(car, text.replaceAll('WFKZZZ8C9MA204417', vin).replaceAll('04L906056KQ', partNumber))

  const workbench = await launch({ engineArgs: ['--vehicle', car, '--bus-log', busLog] })
  const { start, session, prompt } = workbench.window
  await expect(start.connector('900101060')).toContainText(vin)
  await start.startOnListedTicket('7848095')
  await expect(session.car).toContainText(vin)
  await session.runFunction('Identify the car')
  await prompt.answer('Is the ignition switched on?', 'Yes')
  await prompt.answer(new RegExp(vin), 'Yes')
  await expect(session.functionState).toHaveText('Succeeded')
  await expect(session.findingsOf('Identify the car')).toContainText(partNumber)
  await workbench.endWithoutQuestion()

  const payloads = messagesOf(busLog).map(({ payload }) => payload.toString('latin1'))
  expect(payloads).toContain(`\x62\xf1\x90${vin}`)
  expect(payloads.some((payload) => payload.startsWith('\x62\xf1\x87') && payload.includes(partNumber))).toBe(true)
})

// @proves Bad input: Malformed vehicle or workshop file
test('a vehicle file with a mistake stops the engine with the place of the mistake', async ({ launch }, testInfo) => {
  const car = testInfo.outputPath('broken.yaml')
  mkdirSync(testInfo.outputDir, { recursive: true })
  writeFileSync(car, readFileSync(original, 'utf8').replace(/^vin: .*/m, 'vin: TOO-SHORT'))
  const workbench = await launch({ engineArgs: ['--vehicle', car] })
  const { start } = workbench.window
  await expect(start.serverStatus).toHaveText('Not available')
  await expect(start.server).toContainText('The built-in simulator stopped working.')
  await expect(start.server.getByRole('button', { name: 'Restart simulator' })).toBeEnabled()
  const { files } = await workbench.close()
  const log = files.get('logs/main.log') ?? ''
  expect(log).toContain('broken.yaml')
  expect(log).toMatch(/vin/)
})
