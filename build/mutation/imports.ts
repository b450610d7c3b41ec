import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Which file imports which, by the relative imports in their texts, static and dynamic. Paths are relative to `root`. */
export class Imports {
  readonly #texts = new Map<string, string>()
  readonly #imported = new Map<string, readonly string[]>()

  constructor(root: string, files: readonly string[]) {
    for (const file of files) {
      const text = readFileSync(join(root, file), 'utf8')
      this.#texts.set(file, text)
      this.#imported.set(file, importsOf(file, text))
    }
  }

  /** The text of a file; undefined when it is not one of those that were read. */
  textOf(file: string): string | undefined {
    return this.#texts.get(file)
  }

  /** A file and everything it imports, directly or through others. */
  reachedBy(file: string): ReadonlySet<string> {
    return closure([file], (one) => this.#imported.get(one) ?? [])
  }

  /** The given files and everything that imports them, directly or through others. */
  thatReach(files: readonly string[]): ReadonlySet<string> {
    const importers = new Map<string, string[]>()
    for (const [file, imported] of this.#imported)
      for (const one of imported) importers.set(one, [...(importers.get(one) ?? []), file])
    return closure(files, (one) => importers.get(one) ?? [])
  }
}

function closure(start: readonly string[], next: (file: string) => readonly string[]): Set<string> {
  const seen = new Set(start)
  for (const file of seen) for (const one of next(file)) seen.add(one)
  return seen
}

function importsOf(file: string, text: string): string[] {
  const targets = text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)
  return [...targets].map(([, target = '']) => join(dirname(file), target).replaceAll('\\', '/'))
}
