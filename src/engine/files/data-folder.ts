import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Folders that are shipped beside the engine: data, not code. */
export type DataFolderName = 'workshops' | 'vehicles' | 'scenarios'

/** The shipped folder of that name: the nearest one above this file, in the source tree and beside the bundle alike. Throws when there is none. */
export function dataFolder(name: DataFolderName): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, name)
    if (existsSync(candidate)) return candidate
  }
  throw new Error(`The folder ${name} is missing beside the engine; the installation is not complete.`)
}
