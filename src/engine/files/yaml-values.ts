import { type Document, type Scalar, visit } from 'yaml'

/** Values that YAML reads differently than intended, or that it cannot read. */
export function valueProblems(document: Document): { offset: number; message: string }[] {
  const problems: { offset: number; message: string }[] = []
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document)) return
      const message = `there is no anchor &${alias.source} before this: check the spelling, or put the text in quotes`
      problems.push({ offset: alias.range?.[0] ?? 0, message })
    },
    Scalar: (key, { value, range, tag }) => {
      if (key === 'key' && value === '__proto__')
        problems.push({ offset: range?.[0] ?? 0, message: 'nothing can be called __proto__: choose another name' })
      problems.push(...foreignTag(tag, range?.[0]))
    },
    Collection: (_key, { tag, range }) => void problems.push(...foreignTag(tag, range?.[0])),
  })
  if (problems.length > 0) return problems
  try {
    document.toJS()
  } catch (error) {
    problems.push({ offset: 0, message: `not usable YAML: ${error instanceof Error ? error.message : String(error)}` })
  }
  return problems
}

const usableTags: ReadonlySet<string> = new Set(['str', 'int', 'float', 'bool', 'null', 'map', 'seq'])

/** The problem of a tag that stands for a kind of value which these files do not have, such as !!binary. */
function foreignTag(tag: string | undefined, offset = 0): { offset: number; message: string }[] {
  const name = tag?.replace(/^tag:yaml\.org,2002:/, '!!')
  if (name === undefined || usableTags.has(name.replace(/^!!/, ''))) return []
  return [{ offset, message: `the tag ${name} is not used in these files: remove it` }]
}

/** Every scalar that is a value, in the order of the file. */
export function scalarsOf(document: Document): Scalar[] {
  const found: Scalar[] = []
  visit(document, {
    Scalar: (key, scalar) => {
      if (key !== 'key') found.push(scalar)
    },
  })
  return found
}
