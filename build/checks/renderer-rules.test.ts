import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const renderer = join(root, 'src/renderer')

/** Imports of a file at run time, without imports of types. */
function valueImports(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/^(?:import|export)(?! type\b)\s*([^'"]*?)\s*(?:from\s*)?['"]([^'"]+)['"]/gm)].flatMap(
    ([, names = '', source = '']) => {
      const listed = /^\{([^}]*)\}$/.exec(names.trim())?.[1]
      const isTypesOnly = listed?.split(',').every((name) => /^\s*(type\s|$)/.test(name))
      return isTypesOnly ? [] : [source]
    },
  )
}

/** The import path from a file to zod, if there is one. */
function wayToZod(file: string, seen: Set<string>): string[] | undefined {
  if (seen.has(file)) return undefined
  seen.add(file)
  for (const source of valueImports(file)) {
    if (source === 'zod') return [file, 'zod']
    const target = join(dirname(file), source)
    if (!source.startsWith('.') || !/\.tsx?$/.test(target) || !existsSync(target)) continue
    const way = wayToZod(target, seen)
    if (way) return [file, ...way]
  }
  return undefined
}

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

  it('imports no schemas: zod tries to compile code, which the policy of the page refuses with an error', () => {
    expect(files.length).toBeGreaterThan(50)
    const ways = files.map((name) => wayToZod(join(renderer, name), new Set())).filter((way) => way !== undefined)
    expect(ways.map((way) => way.map((file) => relative(root, file)).join(' → '))).toEqual([])
  })
})
