import { readFileSync } from 'node:fs'
import { runInThisContext } from 'node:vm'

/** Text of a script in injected/, as an expression. */
export function injected(name: string): string {
  const text = readFileSync(new URL(`./injected/${name}.js`, import.meta.url), 'utf8')
  return text.slice(text.indexOf('\n;') + 2).trim()
}

interface Codec {
  /** A structured-clone value as JSON; throws when Electron could not clone it either. */
  encode(value: unknown): unknown
  decode(value: unknown): unknown
}

/** How values cross between main and a preload. */
export const codec = runInThisContext(injected('codec')) as Codec
