import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { injected } from './codec.ts'

/** Name of the isolated world that the preload runs in. */
export const worldName = 'workbench-preload'
/** Name of the function with which only that world sends to main. */
export const bindingName = '__toMain'

const sources = {
  codec: injected('codec'),
  membrane: injected('membrane'),
  page: injected('page-world'),
  preload: injected('preload-world'),
}

/**
 * Prepares both worlds of a page for all its documents: the preload runs in a world of its own, and the API that it
 * exposes uses events whose name is only known to these two worlds.
 */
export async function injectWorlds(
  send: (method: string, params: object) => Promise<unknown>,
  preloadFile: string | undefined,
): Promise<void> {
  const key = JSON.stringify(randomBytes(16).toString('hex'))
  const page = `(${sources.page})(${sources.membrane}, ${key})`
  await send('Page.addScriptToEvaluateOnNewDocument', { source: page })
  if (preloadFile === undefined) return
  const facts = JSON.stringify({ platform: process.platform, arch: process.arch, versions: process.versions })
  const wrapped = `function (require, module, exports, process) {${readFileSync(preloadFile, 'utf8')}\n}`
  const args = [sources.membrane, sources.codec, key, JSON.stringify(bindingName), facts, wrapped]
  const preload = `(${sources.preload})(${args.join(',\n')})`
  await send('Page.addScriptToEvaluateOnNewDocument', { worldName, source: preload })
}
