import type { ServiceDefinition, sendUnaryData } from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'
import { openAccess } from '../access.ts'
import { notFound } from '../refusal.ts'
import { type RpcService, serverStream, unary } from '../rpc/rpc.ts'
import { captured, LibraryCall } from './captured.ts'

/** The library keeps every name that was ever watched, so all names that are not served are watched as this one. */
const notServed = 'not served'

interface HealthRequest {
  readonly service: string
}
interface HealthReply {
  readonly status: string
}

/** `grpc.health.v1.Health` of grpc-health-check: the server and each of its services serve for as long as it runs. */
export function healthService(serviceNames: readonly string[]): RpcService {
  const serving = Object.fromEntries(['', ...serviceNames].map((name) => [name, 'SERVING' as const]))
  const [service] = captured(new HealthImplementation(serving))
  if (service === undefined) throw new Error('grpc-health-check adds no service.')
  const handlers = service.handlers as unknown as {
    check(call: object, reply: sendUnaryData<HealthReply>): void
    watch(call: object): void
  }
  const { Check, Watch } = service.definition
  return {
    definition: { Check, Watch } as ServiceDefinition,
    rpcs: {
      Check: unary(
        openAccess,
        ({ service: name }: HealthRequest) =>
          new Promise<HealthReply>((resolve, reject) =>
            handlers.check(new LibraryCall(() => undefined, { service: name }), (error, reply) =>
              reply ? resolve(reply) : reject(notFound(error?.details ?? `there is no service ${name}`)),
            ),
          ),
      ),
      Watch: serverStream<HealthRequest, HealthReply, unknown>(openAccess, async ({ service: name }, stream) => {
        const watched = Object.hasOwn(serving, name) ? name : notServed
        const call = new LibraryCall<HealthRequest, HealthReply>((reply) => stream.send(reply), { service: watched })
        handlers.watch(call)
        await stream.whenOver()
        call.emit('cancelled')
      }),
    } as RpcService['rpcs'],
  }
}
