import type { ServiceDefinition } from '@grpc/grpc-js'
import { notFound } from '../../refusal.ts'
import { defineService, type EngineService, serverStream, unary } from '../../server/rpc.ts'
import { openAccess } from '../../session/access.ts'
import { type HealthDefinition, type ServingStatus, standardPackages } from './descriptor.ts'

/** `grpc.health.v1.Health`: the engine and each of its services serve for as long as the engine runs. */
export function healthService(serviceNames: readonly string[]): EngineService {
  const definition = standardPackages['grpc.health.v1.Health'] as unknown as HealthDefinition & ServiceDefinition
  const isServed = (name: string) => name === '' || serviceNames.includes(name)
  return defineService<HealthDefinition & ServiceDefinition>(definition, {
    Check: unary(openAccess, ({ service }): { status: ServingStatus } => {
      if (!isServed(service)) throw notFound(`there is no service ${service}`)
      return { status: 'SERVING' }
    }),
    Watch: serverStream(openAccess, async ({ service }, stream) => {
      stream.send({ status: isServed(service) ? 'SERVING' : 'SERVICE_UNKNOWN' })
      await stream.whenOver()
    }),
  })
}
