import { join } from 'node:path'
import { flipFuses } from '@electron/fuses'
import { fuses } from './fuses.mjs'

/**
 * Called by electron-builder when the application lies in its folder and before it is signed.
 * @param {import('electron-builder').AfterPackContext} context
 */
export default async function afterPack({ appOutDir, electronPlatformName, packager }) {
  const name = packager.appInfo.productFilename
  const programs = {
    darwin: join(appOutDir, `${name}.app`),
    win32: join(appOutDir, `${packager.platformSpecificBuildOptions.executableName ?? name}.exe`),
    linux: join(appOutDir, packager.executableName),
  }
  const inspectable = process.env.WORKBENCH_INSPECTABLE === '1'
  await flipFuses(programs[electronPlatformName], fuses({ inspectable }))
}
