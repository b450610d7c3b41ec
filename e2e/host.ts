import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const package_ = join(root, 'node_modules/electron')

function realElectron(): string | undefined {
  const pathFile = join(package_, 'path.txt')
  if (process.env.WORKBENCH_HOST === 'stand-in' || !existsSync(pathFile)) return undefined
  const binary = join(package_, 'dist', readFileSync(pathFile, 'utf8').trim())
  return existsSync(binary) ? binary : undefined
}

const binary = realElectron()
if (process.env.WORKBENCH_HOST === 'electron' && !binary)
  throw new Error('WORKBENCH_HOST=electron, but there is no binary.')

/** Whether the specs run against the stand-in, because there is no Electron binary (or WORKBENCH_HOST=stand-in). */
export const isStandIn = binary === undefined
/** The program that shows the application. */
export const electronPath = binary ?? join(import.meta.dirname, 'stand-in/electron')

/** Options of `_electron.launch`; without a path Playwright finds and prepares real Electron itself. */
export const launchTarget = isStandIn ? { executablePath: electronPath } : {}
