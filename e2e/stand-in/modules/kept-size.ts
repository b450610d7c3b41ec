import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Size {
  readonly width: number
  readonly height: number
}

/** The size of a named window, in a file of the profile folder; Electron keeps its own in Chromium's local state. */
export class KeptSize {
  readonly #folder: string
  readonly #file: string

  constructor(folder: string, name: string) {
    this.#folder = folder
    this.#file = join(folder, `window-${name}.json`)
  }

  /** The size of the last run; nothing when there is none, or when the file cannot be read. */
  read(): Size | undefined {
    try {
      const { width, height } = JSON.parse(readFileSync(this.#file, 'utf8'))
      return Number.isInteger(width) && Number.isInteger(height) ? { width, height } : undefined
    } catch {
      return undefined
    }
  }

  /** Like Electron, this tells nobody when it fails. */
  write(size: Size): void {
    try {
      mkdirSync(this.#folder, { recursive: true })
      writeFileSync(this.#file, JSON.stringify(size))
    } catch {
      // A full or read-only folder keeps the size of an earlier run.
    }
  }
}
