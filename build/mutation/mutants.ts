import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type File, Instrumenter } from '@stryker-mutator/instrumenter'
import { digest } from './score.ts'

/** Texts of the log and of internal errors are for developers only; a test would only test spelling. */
const wordsOfTheLog = /\blogger\.(?:debug|info|warn|error)\(|\bnew (?:Type|Range)?Error\(/

type Made = Awaited<ReturnType<Instrumenter['instrument']>>
type Place = Pick<Made['mutants'][number], 'fileName' | 'location' | 'mutatorName' | 'replacement'>

/** One small change of a source file. */
export interface Mutant {
  /** The same as long as the mutated text of the file is. */
  readonly name: string
  readonly file: string
  readonly line: number
  readonly mutator: string
  /** The change, e.g. `count > 0 → count >= 0`. */
  readonly change: string
  readonly place: Place
}

function instrumented(files: readonly File[]): Promise<Made> {
  const quiet = new Proxy({}, { get: () => () => false })
  const options = { plugins: null, excludedMutations: [], ignorers: [], noHeader: false, mutator: { plugins: null } }
  return new Instrumenter(quiet as never).instrument(files, options as never)
}

const contentOf = (root: string, name: string) => readFileSync(join(root, name), 'utf8')

/** Every mutant of the files that is worth a test. */
export async function mutantsOf(root: string, names: readonly string[]): Promise<Mutant[]> {
  const files = names.map((name) => ({ name, mutate: true, content: contentOf(root, name) }))
  const { mutants } = await instrumented(files)
  const linesOf = new Map(files.map(({ name, content }) => [name, content.split('\n')]))
  const alike = new Map<string, number>()
  return mutants.flatMap(({ fileName, location, mutatorName, replacement = '' }) => {
    const lines = linesOf.get(fileName) ?? []
    const { line, column } = location.start
    const isLogWord = mutatorName === 'StringLiteral' && wordsOfTheLog.test(lines.slice(line - 1, line + 1).join('\n'))
    if (isLogWord) return []
    const text = [fileName, mutatorName, lines[line]?.trim(), lines[line]?.slice(column), replacement].join('\n')
    const count = alike.get(text) ?? 0
    alike.set(text, count + 1)
    const place = { fileName, location, mutatorName, replacement }
    const [name, change] = [digest(`${text}\n${count}`), changeOf(lines[line] ?? '', place)]
    return { name, file: fileName, line: line + 1, mutator: mutatorName, change, place }
  })
}

function changeOf(text: string, { location: { start, end }, replacement = '' }: Place): string {
  const original = start.line === end.line ? text.slice(start.column, end.column) : `${text.slice(start.column)} …`
  return `${original.slice(0, 90)} → ${replacement.replaceAll(/\s+/g, ' ').slice(0, 90)}`
}

/** The mutated files with the given mutants, all switched off, and the number that switches each on, by its name. */
export async function withMutants(root: string, mutants: readonly Mutant[]) {
  const files = [...Map.groupBy(mutants, ({ file }) => file)].map(([name, here]) => {
    const mutate = here.map(({ place: { location } }) => location)
    return { name, mutate, content: contentOf(root, name) }
  })
  const made = await instrumented(files)
  const numbers = new Map(made.mutants.map((mutant) => [textOf(mutant), mutant.id]))
  const switches = mutants.map((mutant): [string, string] => {
    const id = numbers.get(textOf(mutant.place))
    if (id === undefined) throw new Error(`${mutant.file}:${mutant.line}: the mutant cannot be made again.`)
    return [mutant.name, id]
  })
  return { files: made.files, switches: new Map(switches) }
}

const textOf = ({ fileName, location, mutatorName, replacement }: Place): string =>
  JSON.stringify([fileName, location.start, location.end, mutatorName, replacement])
