import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Data folders that are shipped beside the engine. */
export type DataFolderName = 'workshops' | 'vehicles' | 'scenarios'

/** Path of the data folder: the nearest one above this file, both in the source tree and beside the bundle. Throws when there is none. */
export function dataFolder(name: DataFolderName): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, name)
    if (existsSync(candidate)) return candidate
  }
  throw new Error(`The folder ${name} is missing beside the engine; the installation is not complete.`)
}
