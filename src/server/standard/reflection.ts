import type { ServiceDefinition } from '@grpc/grpc-js'
import type { MethodDefinition, PackageDefinition } from '@grpc/proto-loader'
import { ReflectionService } from '@grpc/reflection'
import { HealthImplementation } from 'grpc-health-check'
import { packageDefinition } from '../../openobd/grpc/protos.ts'
import { openAccess } from '../access.ts'
import { bidi, type RpcService } from '../rpc/rpc.ts'
import { captured, LibraryCall } from './captured.ts'
import { withImports } from './imports.ts'

interface Answer {
  readonly listServicesResponse?: { service: { name: string }[] }
}

/** `grpc.reflection.v1` and `v1alpha` of @grpc/reflection: names and shapes of what is served, for tools such as grpcurl. */
export function reflectionServices(serviceNames: readonly string[]): readonly RpcService[] {
  const own = withImports(packageDefinition)
  const standard = [new HealthImplementation(), new ReflectionService(own)].flatMap((library) => captured(library))
  const described = { ...own, ...typesOf(standard.map(({ definition }) => definition)) } as PackageDefinition
  return captured(new ReflectionService(described)).map(({ definition, handlers }) => {
    let answer: Answer = {}
    const call = new LibraryCall<never, Answer>((given) => {
      answer = given
    })
    ;(handlers.ServerReflectionInfo as (call: object) => void)(call)
    const answerTo = (request: object): object => {
      call.emit('data', request)
      // The library lists every described service; the server may offer fewer, and it also offers these standard services.
      if (answer.listServicesResponse === undefined) return answer
      return { ...answer, listServicesResponse: { service: serviceNames.map((name) => ({ name })) } }
    }
    return {
      definition,
      rpcs: {
        ServerReflectionInfo: bidi<object, object, unknown>(openAccess, (stream) =>
          stream.receive((request) => stream.send(answerTo(request))),
        ),
      } as RpcService['rpcs'],
    }
  })
}

/** The types of services by name; each type knows the file that it and its service are in. */
function typesOf(services: readonly ServiceDefinition[]): Record<string, object> {
  const methods = services.flatMap((service) => Object.values(service))
  return Object.fromEntries(
    methods.flatMap((method) => {
      const { requestType } = method as unknown as MethodDefinition<object, object>
      const { name } = requestType.type as { readonly name: string }
      return [[`${method.path.split('/')[1]}.${name}`, requestType]]
    }),
  )
}
