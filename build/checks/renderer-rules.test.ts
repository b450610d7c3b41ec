import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const renderer = join(root, 'src/renderer')

const files = readdirSync(renderer, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => /\.tsx?$/.test(name) && !/\.test|testing|\.d\.ts/.test(name))

/** Source files of the renderer. */
const filesWith = (search: RegExp) =>
  files.filter((name) => search.test(readFileSync(join(renderer, name), 'utf8'))).sort()

describe('the renderer', () => {
  it('asks for Enter in one place only, which leaves out the Enter of an input method', () => {
    expect(filesWith(/keyCode\s*===|['"`](?:Numpad)?Enter['"`]/)).toEqual(['components/enter-key.ts'])
  })

  it('submits forms in one place only', () => {
    expect(filesWith(/onSubmit|<form\b|<Form\b/)).toEqual(['components/EntryForm.tsx'])
  })

  it('cuts nothing that a person types', () => {
    expect(filesWith(/\bmaxLength\b/)).toEqual([])
  })
})
