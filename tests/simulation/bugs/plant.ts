import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { plantedBugs } from './planted-bugs.ts'

const root = join(import.meta.dirname, '../../..')

/**
 * Plants a bug in the modules that are loaded from now on. The returned function throws when its text was found nowhere, or more
 * than once, so that a bug of a file that has changed never counts as harmless.
 */
export function plant(name: string): () => void {
  const bug = plantedBugs.find((one) => one.name === name)
  if (!bug) throw new Error(`No bug is called ${name}; there are ${plantedBugs.map((one) => one.name).join(', ')}.`)
  const target = pathToFileURL(join(root, bug.file)).href
  let found = 0
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      if (url !== target) return loaded
      const source = String(loaded.source)
      found = source.split(bug.old).length - 1
      return { ...loaded, source: source.replace(bug.old, () => bug.planted) }
    },
  })
  return () => {
    if (found !== 1) throw new Error(`The text of the bug ${name} was found ${found} times in ${bug.file}.`)
  }
}
