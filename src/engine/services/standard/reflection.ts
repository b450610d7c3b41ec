import { type ServiceDefinition, status } from '@grpc/grpc-js'
import { packageDefinition } from '../../../openobd/grpc/protos.ts'
import { bidi, defineService, type EngineService } from '../../server/rpc.ts'
import { openAccess } from '../../session/access.ts'
import {
  type ReflectionDefinition,
  type ReflectionRequest,
  type ReflectionResponse,
  standardPackages,
} from './descriptor.ts'
import { descriptorFiles, packageOf } from './descriptor-files.ts'

/** `grpc.reflection.v1` and `v1alpha`: names and shapes of what is served, for tools such as grpcurl. */
export function reflectionServices(serviceNames: readonly string[]): readonly EngineService[] {
  const answer = answerer(serviceNames)
  return ['grpc.reflection.v1', 'grpc.reflection.v1alpha'].map((name) => {
    const definition = standardPackages[`${name}.ServerReflection`] as unknown as ReflectionDefinition &
      ServiceDefinition
    return defineService<ReflectionDefinition & ServiceDefinition>(definition, {
      ServerReflectionInfo: bidi(openAccess, (stream) =>
        stream.receive((request) =>
          stream.send({ valid_host: request.host, original_request: request, ...answer(request) }),
        ),
      ),
    })
  })
}

function answerer(serviceNames: readonly string[]): (request: ReflectionRequest) => ReflectionResponse {
  const files = descriptorFiles(packageDefinition, standardPackages)
  const byName = new Map([...files.values()].map((file) => [file.name, file]))
  const symbols = symbolsOf()
  const descriptor = (content: Uint8Array) => ({ file_descriptor_response: { file_descriptor_proto: [content] } })
  return (request) => {
    switch (request.message_request) {
      case 'list_services':
        return { list_services_response: { service: serviceNames.map((name) => ({ name })) } }
      case 'file_by_filename': {
        const file = byName.get(request.file_by_filename ?? '')
        return file === undefined ? refused(status.NOT_FOUND, 'there is no such file') : descriptor(file.content)
      }
      case 'file_containing_symbol': {
        const symbol = request.file_containing_symbol ?? ''
        const file = symbols.has(symbol) ? files.get(packageOf(symbol)) : undefined
        return file === undefined ? refused(status.NOT_FOUND, 'there is no such symbol') : descriptor(file.content)
      }
      case 'all_extension_numbers_of_type': {
        const type = request.all_extension_numbers_of_type ?? ''
        if (!symbols.has(type)) return refused(status.NOT_FOUND, 'there is no such type')
        return { all_extension_numbers_response: { base_type_name: type, extension_number: [] } }
      }
      case 'file_containing_extension':
        return refused(status.NOT_FOUND, 'there are no extensions')
      case undefined:
        return refused(status.INVALID_ARGUMENT, 'the request asks for nothing')
    }
  }
}

const refused = (code: status, message: string): ReflectionResponse => ({
  error_response: { error_code: code, error_message: message },
})

/** Types, services and methods. */
function symbolsOf(): ReadonlySet<string> {
  const symbols = new Set<string>()
  for (const [name, entry] of Object.entries({ ...packageDefinition, ...standardPackages })) {
    symbols.add(name)
    if (!('format' in entry)) for (const method of Object.keys(entry)) symbols.add(`${name}.${method}`)
  }
  return symbols
}
