import protobuf from 'protobufjs'

/** A field as both sides describe it; synthetic oneofs of optional fields are left out. */
export interface FieldForm {
  number: number
  type: string
  repeated: boolean
  optional: boolean
  oneof: string | null
}

/** Messages, enums and services of one package, by full name. */
export interface NormalForm {
  messages: Record<string, Record<string, FieldForm>>
  enums: Record<string, Record<string, number>>
  services: Record<
    string,
    Record<string, { request: string; response: string; requestStream: boolean; responseStream: boolean }>
  >
}

const nameOf = (object: protobuf.ReflectionObject): string => object.fullName.replace(/^\./, '')

/** Describes the JSON descriptor of the build in the same form as official_descriptors.py. */
export function normalFormOf(descriptor: object, packageName: string): NormalForm {
  const root = protobuf.Root.fromJSON(descriptor as protobuf.INamespace)
  root.resolveAll()
  const form: NormalForm = { messages: {}, enums: {}, services: {} }
  const found = root.lookup(packageName)
  if (!(found instanceof protobuf.Namespace)) throw new Error(`There is no package ${packageName}.`)
  collect(found, form)
  return form
}

function collect(namespace: protobuf.NamespaceBase, form: NormalForm): void {
  for (const object of namespace.nestedArray) {
    if (object instanceof protobuf.Type) {
      form.messages[nameOf(object)] = Object.fromEntries(
        object.fieldsArray.map((field) => [field.name, fieldForm(field)]),
      )
      collect(object, form)
    } else if (object instanceof protobuf.Enum) {
      form.enums[nameOf(object)] = { ...object.values }
    } else if (object instanceof protobuf.Service) {
      form.services[nameOf(object)] = Object.fromEntries(
        object.methodsArray.map((method) => [method.name, methodForm(method)]),
      )
    }
  }
}

function fieldForm(field: protobuf.Field): FieldForm {
  const isOptional = field.options?.proto3_optional === true
  return {
    number: field.id,
    type: field.resolvedType ? nameOf(field.resolvedType) : field.type,
    repeated: field.repeated,
    optional: isOptional,
    oneof: field.partOf && !isOptional ? field.partOf.name : null,
  }
}

function methodForm(method: protobuf.Method): NormalForm['services'][string][string] {
  if (!method.resolvedRequestType || !method.resolvedResponseType) throw new Error(`${method.name} has no types.`)
  return {
    request: nameOf(method.resolvedRequestType),
    response: nameOf(method.resolvedResponseType),
    requestStream: method.requestStream ?? false,
    responseStream: method.responseStream ?? false,
  }
}

/** Every difference between two forms as one readable line. */
export function differences(ours: NormalForm, theirs: NormalForm): string[] {
  const found: string[] = []
  compare('', ours, theirs, found)
  return found
}

function compare(path: string, ours: unknown, theirs: unknown, found: string[]): void {
  if (isRecord(ours) && isRecord(theirs)) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      compare(`${path}/${key}`, ours[key], theirs[key], found)
    }
  } else if (ours !== theirs) {
    found.push(`${path}: ours ${JSON.stringify(ours)}, official ${JSON.stringify(theirs)}`)
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
