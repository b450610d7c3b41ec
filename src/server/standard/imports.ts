import type { EnumTypeDefinition, PackageDefinition } from '@grpc/proto-loader'

/** Packages that other packages use: proto-loader makes one file per package and forgets what it imports (grpc-node issue 2595). */
const importsOf: Readonly<Record<string, readonly string[]>> = {
  'openOBD.v1': ['google.protobuf'],
  'workbench.v1': ['openOBD.v1'],
}

/** Field numbers of google.protobuf.FileDescriptorProto. */
const fileFields = { name: 1, package: 2, dependency: 3 }

const fileNameOf = (packageName: string): string =>
  packageName === 'google.protobuf' ? 'google/protobuf/any.proto' : `${packageName.replaceAll('.', '/')}.proto`

/** The definition with the imports of every file, which readers of descriptors such as Python's need. */
export function withImports(definition: PackageDefinition): PackageDefinition {
  const entries = Object.entries(definition).map(([symbol, entry]) => [symbol, isType(entry) ? complete(entry) : entry])
  return Object.fromEntries(entries) as PackageDefinition
}

const isType = (entry: object): entry is EnumTypeDefinition => 'fileDescriptorProtos' in entry

function complete(entry: EnumTypeDefinition): EnumTypeDefinition {
  return { ...entry, fileDescriptorProtos: entry.fileDescriptorProtos.map((bytes) => withFields(bytes)) }
}

/** In a serialised message the last value of a field wins and repeated values add up, so appending bytes changes the message. */
function withFields(bytes: Buffer): Buffer {
  const packageName = ['google.protobuf', ...Object.keys(importsOf)].find((name) =>
    Buffer.from(bytes).includes(text(fileFields.package, name)),
  )
  if (packageName === undefined) return bytes
  const imports = (importsOf[packageName] ?? []).map((name) => text(fileFields.dependency, fileNameOf(name)))
  return Buffer.concat([bytes, text(fileFields.name, fileNameOf(packageName)), ...imports])
}

function text(fieldNumber: number, value: string): Buffer {
  const content = Buffer.from(value)
  return Buffer.concat([Buffer.from([fieldNumber * 8 + 2, content.length]), content])
}
