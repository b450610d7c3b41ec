import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { extractAll } from '@electron/asar'
import { expect, test } from '../fixtures.ts'

const root = join(import.meta.dirname, '../..')

// @proves Delivery: The package holds what is needed and nothing else, and runs
test('what is packed is enough: the application runs from its archive, with engine and functions', async ({
  launch,
}, testInfo) => {
  const packing = spawnSync(process.execPath, ['build/package.ts'], { cwd: root, encoding: 'utf8' })
  expect(packing.status, packing.stderr).toBe(0)
  const folder = testInfo.outputPath('packed')
  const resources: Record<string, string> = {
    linux: 'linux-unpacked/resources',
    win32: 'win-unpacked/resources',
    darwin: `mac${process.arch === 'arm64' ? '-arm64' : ''}/Workbench for openOBD.app/Contents/Resources`,
  }
  extractAll(join(root, 'dist', resources[process.platform] ?? '', 'app.asar'), folder)
  const workbench = await launch({ folder })
  const { start, session, prompt } = workbench.window
  await start.startOnListedTicket('7848112')
  await expect(session.state).toHaveText('Active')
  await session.runFunction('Identify the car')
  await prompt.asks('Is the ignition switched on?')
})
