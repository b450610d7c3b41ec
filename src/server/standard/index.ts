import type { RpcService } from '../rpc/rpc.ts'
import { healthService } from './health.ts'
import { reflectionServices } from './reflection.ts'

const ownNames = [
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
]

/** Health checking and reflection for a server with these services. */
export function standardServices(services: readonly RpcService[]): readonly RpcService[] {
  const names = [...services.map(nameOf), ...ownNames].sort()
  return [healthService(names), ...reflectionServices(names)]
}

/** The full name of a service: its rpcs are called `/name/rpc`. */
const nameOf = ({ definition }: RpcService): string => Object.values(definition)[0]?.path.split('/')[1] ?? ''
