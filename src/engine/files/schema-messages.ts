import type { z } from 'zod'

/**
 * Messages for values that do not fit, where the schema has no message of its own; undefined keeps Zod's message.
 * Pass it to `safeParse` as `error`.
 */
export function problemWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(String(issue.expected), issue.input)
    case 'too_small':
      return tooSmall(String(issue.origin), Number(issue.minimum))
    case 'too_big':
      return tooBig(String(issue.origin), Number(issue.maximum))
    case 'invalid_format':
      return issue.format === 'uuid' ? 'write a UUID such as 7d3c2c0e-53f6-4a53-8f5d-2f0a6a1b9c01' : undefined
    case 'invalid_value':
      return `take one of ${(issue.values as readonly unknown[]).join(', ')}`
    case 'invalid_union':
      return 'none of the possible forms: look it up in the docs'
    case 'unrecognized_keys':
      return `unknown here: ${issue.keys.join(', ')}; check the spelling or remove it`
    default:
      return undefined
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'fields',
  record: 'fields',
}

function wrongType(expected: string, input: unknown): string {
  const wanted = kinds[expected] ?? expected
  if (input === undefined) return `this field is missing: add it (${wanted})`
  const isPlain = typeof input === 'number' || typeof input === 'boolean'
  if (expected === 'string' && isPlain) return `this has to be a text: put ${String(input)} in quotes`
  if (input === null) return `there is nothing here: write ${wanted}`
  return `this has to be ${wanted}`
}

function tooSmall(origin: string, minimum: number): string | undefined {
  if (origin === 'string') return minimum === 1 ? 'this must not be empty' : `at least ${minimum} characters`
  if (origin === 'array') return `list at least ${minimum}`
  return origin === 'number' || origin === 'int' ? `at least ${minimum}` : undefined
}

function tooBig(origin: string, maximum: number): string | undefined {
  if (origin === 'string') return `at most ${maximum} characters`
  if (origin === 'array') return `list at most ${maximum}`
  return origin === 'number' || origin === 'int' ? `at most ${maximum}` : undefined
}
