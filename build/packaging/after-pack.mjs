import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Called by electron-builder when the application lies in its folder and before it is signed. electron-builder writes the
 * update configuration only beside installers, so directory builds get the same file here. Throws when it names no publisher.
 * @param {import('electron-builder').AfterPackContext} context
 */
export default async function afterPack({ appOutDir, packager }) {
  const file = join(packager.getResourcesDir(appOutDir), 'app-update.yml')
  if (!existsSync(file)) writeFileSync(file, updateConfiguration(packager.config.publish, packager.appInfo))
  if (!/^publisherName:\s*\n\s+- \S/m.test(readFileSync(file, 'utf8'))) {
    throw new Error('app-update.yml names no publisher: electron-updater would not check the signature of updates.')
  }
}

function updateConfiguration(publish, { updaterCacheDirName }) {
  const [feed] = [publish].flat()
  const publishers = [feed?.publisherName ?? []].flat().map((name) => `  - ${name}\n`)
  return `provider: generic\nurl: ${feed?.url}\npublisherName:\n${publishers.join('')}updaterCacheDirName: ${updaterCacheDirName}\n`
}
