import descriptor from '../generated/descriptor.json' with { type: 'json' }

interface Field {
  readonly type: string
  readonly rule?: string
}
interface Described {
  readonly fields?: Readonly<Record<string, Field>>
  readonly oneofs?: Readonly<Record<string, { readonly oneof: readonly string[] }>>
  readonly values?: Readonly<Record<string, number>>
  readonly nested?: Readonly<Record<string, Described>>
}

/** Numbers that are invalid in every field of a message but possible in JavaScript or from a faulty peer. */
export const hostileNumbers = [Number.NaN, Infinity, -Infinity, -1, 2 ** 64, 1e300, Number.MAX_SAFE_INTEGER + 2]

const integers = /^(u?int|s?int|s?fixed)(32|64)$/
const isNumeric = (type: string): boolean => integers.test(type) || type === 'double' || type === 'float'

/** One message with an invalid number in one field, as returned by the deserializer. */
export interface HostileMessage {
  /** Path of the field, e.g. `connector_changed.voltage`. */
  readonly path: string
  /** Its message and name, e.g. `Connector.voltage`. */
  readonly field: string
  readonly value: number
  readonly message: unknown
}

/**
 * Complete samples of a message of proto/, one for each choice of its oneofs, each with every invalid number in every numeric
 * field at any depth. `name` is fully qualified, e.g. `openOBD.v1.Ecu`.
 */
export function hostileMessages(name: string): HostileMessage[] {
  return leavesOf(name).flatMap(({ path, field, type, sane }) =>
    isNumeric(type)
      ? hostileNumbers.map((value) => ({ path: path.join('.'), field, value, message: withValue(sane, path, value) }))
      : [],
  )
}

/** A message, and the same message with another valid value in one field. */
export interface ChangedMessage {
  readonly path: string
  /** The other value. */
  readonly value: unknown
  readonly sane: unknown
  readonly message: unknown
}

/** Complete samples of a message, each with every other valid value of an enum, or one other value, in every field at any depth. */
export const changedMessages = (name: string): ChangedMessage[] =>
  leavesOf(name).flatMap(({ path, type, owner, sane }) =>
    otherValues(type, owner, path).map((value) => ({
      path: path.join('.'),
      value,
      sane,
      message: withValue(sane, path, value),
    })),
  )

interface Leaf {
  readonly path: readonly string[]
  readonly field: string
  readonly type: string
  /** The message of the field, fully qualified. */
  readonly owner: string
  readonly sane: unknown
}

function leavesOf(name: string): Leaf[] {
  const variants = Array.from({ length: widestOneof(name, new Set()) }, (_none, index) => sample(name, index, 0))
  const seen = new Set<string>()
  return variants.flatMap((sane) => {
    const leaves = leafPaths(name, sane, []).filter(({ path }) => !seen.has(path.join('.')))
    for (const { path } of leaves) seen.add(path.join('.'))
    return leaves.map((leaf) => ({ ...leaf, sane }))
  })
}

/** Texts that readers understand, by the name of their field, and another one. */
const texts: Readonly<Record<string, readonly [string, string]>> = {
  state: ['active', 'finished'],
  from: ['active', 'finished'],
  to: ['active', 'finished'],
  created_at: ['2019-08-24T14:15:22.651+0000', '2020-01-01T00:00:00Z'],
  language: ['de', 'nl'],
}
const textsOf = (field: string | undefined) => texts[field ?? ''] ?? ['text', 'another']

function otherValues(type: string, owner: string, path: readonly string[]): unknown[] {
  if (isNumeric(type)) return [2]
  if (type === 'string') return [textsOf(path.findLast((part) => part !== '0'))[1]]
  if (type === 'bool') return [false]
  if (type === 'bytes') return [Buffer.from([2])]
  const names = Object.keys(find(resolve(type, owner)).values ?? {})
  return names.filter((value) => value !== (names[1] ?? names[0]))
}

/** A complete, valid sample of a message; `variant` chooses the members of its oneofs. */
export const saneMessage = (name: string, variant = 0): unknown => sample(name, variant, 0)

const root = descriptor as unknown as Described

function find(name: string): Described {
  const found = name.split('.').reduce<Described | undefined>((at, part) => at?.nested?.[part], root)
  if (!found) throw new Error(`There is no message ${name} in proto/.`)
  return found
}

/** Resolves a type name of a field, relative to the package of its message or absolute. */
function resolve(type: string, from: string): string {
  for (let scope = from.split('.'); ; scope = scope.slice(0, -1)) {
    const name = [...scope, ...type.replace(/^\./, '').split('.')].join('.')
    try {
      find(name)
      return name
    } catch (error) {
      if (scope.length === 0) throw error
    }
  }
}

const scalars = new Set(['string', 'bool', 'bytes'])
const isMessage = (type: string): boolean => !scalars.has(type) && !isNumeric(type)

function widestOneof(name: string, visited: Set<string>): number {
  if (visited.has(name)) return 1
  visited.add(name)
  const { fields = {}, oneofs = {} } = find(name)
  const own = Object.values(oneofs).map(({ oneof }) => oneof.length)
  const inner = Object.values(fields).map(({ type }) =>
    isMessage(type) ? widestOneof(resolve(type, name), visited) : 1,
  )
  return Math.max(1, ...own, ...inner)
}

function sample(name: string, variant: number, depth: number): unknown {
  const { fields = {}, oneofs = {}, values } = find(name)
  if (values) return Object.keys(values)[1] ?? Object.keys(values)[0]
  const left = new Set(
    Object.values(oneofs).flatMap(({ oneof }) => oneof.filter((_member, index) => index !== variant % oneof.length)),
  )
  const entries = Object.entries(fields)
    .filter(([field]) => !left.has(field))
    .map(([field, { type, rule }]) => {
      const value = sampleField(type, name, variant, depth, field)
      return [field, rule === 'repeated' ? (value === undefined ? [] : [value]) : value]
    })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function sampleField(type: string, owner: string, variant: number, depth: number, field: string): unknown {
  if (isNumeric(type)) return 1
  if (type === 'string') return textsOf(field)[0]
  if (type === 'bool') return true
  if (type === 'bytes') return Buffer.from([1])
  return depth > 6 ? undefined : sample(resolve(type, owner), variant, depth + 1)
}

function leafPaths(name: string, message: unknown, before: readonly string[]): Omit<Leaf, 'sane'>[] {
  if (typeof message !== 'object' || message === null) return []
  const { fields = {} } = find(name)
  return Object.entries(message).flatMap(([field, value]) => {
    const { type, rule } = fields[field] ?? { type: 'string' }
    const path = [...before, field, ...(rule === 'repeated' ? ['0'] : [])]
    const isInner = isMessage(type) && find(resolve(type, name)).values === undefined
    if (!isInner) return [{ path, field: `${name.split('.').at(-1)}.${field}`, type, owner: name }]
    return leafPaths(resolve(type, name), rule === 'repeated' ? value[0] : value, path)
  })
}

function withValue(message: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  if (Array.isArray(message)) return [withValue(message[0], rest, value)]
  return { ...(message as object), [key]: withValue(Reflect.get(message as object, key), rest, value) }
}
