import type { PackageDefinition } from '@grpc/proto-loader'
import { isType } from './descriptor.ts'

/** One .proto file as reflection hands it out: a serialised google.protobuf.FileDescriptorProto. */
export interface DescriptorFile {
  readonly name: string
  readonly dependencies: readonly string[]
  readonly content: Uint8Array
}

/** Field numbers of google.protobuf.FileDescriptorProto. */
const fileFields = { name: 1, dependency: 3 }

/** Packages that other packages use; the loader makes one file per package and forgets what it imports. */
const importsOf: Readonly<Record<string, readonly string[]>> = {
  'openOBD.v1': ['google.protobuf'],
  'workbench.v1': ['openOBD.v1'],
}

const fileNameOf = (packageName: string): string =>
  packageName === 'google.protobuf' ? 'google/protobuf/any.proto' : `${packageName.replaceAll('.', '/')}.proto`

/** The files of some package definitions, by package. */
export function descriptorFiles(...definitions: readonly PackageDefinition[]): ReadonlyMap<string, DescriptorFile> {
  const files = new Map<string, DescriptorFile>()
  for (const definition of definitions)
    for (const [symbol, entry] of Object.entries(definition)) {
      const packageName = packageOf(symbol)
      if (!isType(entry) || files.has(packageName)) continue
      const content = entry.fileDescriptorProtos.find((bytes) => isOfPackage(bytes, packageName))
      if (content === undefined) continue
      const dependencies = (importsOf[packageName] ?? []).map(fileNameOf)
      const name = fileNameOf(packageName)
      // In a serialised message the last value of a field counts and repeated ones add up: appending is editing.
      const edits = [text(fileFields.name, name), ...dependencies.map((one) => text(fileFields.dependency, one))]
      files.set(packageName, { name, dependencies, content: Buffer.concat([content, ...edits]) })
    }
  return files
}

/** The package of a symbol such as `openOBD.v1.can.openIsotpStream` or `google.protobuf.Any`. */
export function packageOf(symbol: string): string {
  const parts = symbol.split('.')
  const version = parts.findIndex((part) => /^v\d+(alpha|beta)?\d*$/.test(part))
  return parts.slice(0, version < 0 ? 2 : version + 1).join('.')
}

/** FileDescriptorProto begins with its name (field 1) and package (field 2). */
function isOfPackage(bytes: Uint8Array, packageName: string): boolean {
  return Buffer.from(bytes).includes(text(2, packageName))
}

function text(fieldNumber: number, value: string): Buffer {
  const content = Buffer.from(value)
  return Buffer.concat([Buffer.from([fieldNumber * 8 + 2, content.length]), content])
}
