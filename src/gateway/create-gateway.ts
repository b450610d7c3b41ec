import { pino } from 'pino'
import { type Clock, systemClock } from '../openobd/clock.ts'
import { listenOn } from '../server/cli/port-error.ts'
import { RealClock } from '../server/clock/real-clock.ts'
import { Gauges } from '../server/gauges.ts'
import { RpcHandlers } from '../server/rpc/rpc-handlers.ts'
import { RpcServer } from '../server/rpc/rpc-server.ts'
import { Gateway } from './gateway.ts'
import type { GatewaySetup } from './gateway-setup.ts'

/** Options of a gateway that listens. */
export interface GatewayOptions extends Omit<GatewaySetup, 'clock' | 'serverClock' | 'address' | 'statusOf'> {
  readonly logLevel: string
  readonly clock?: Clock
}

/** A gateway that listens on loopback. */
export interface RunningGateway {
  readonly gateway: Gateway
  readonly host: string
  readonly port: number
  /** Ends every stream and connection, then stops listening. */
  stop(): Promise<void>
}

/** Time that clients get to close their connections when the gateway stops, in ms. */
const stopGraceMs = 500

/** Makes a gateway and listens on loopback; rejects with the reason when the port cannot be used. */
export async function createGateway(options: GatewayOptions, port: number): Promise<RunningGateway> {
  const log = pino({ level: options.logLevel, base: null }, pino.destination({ dest: 2, sync: true }))
  const address = { host: '127.0.0.1', port: 0 }
  const handlers = new RpcHandlers({ name: 'gateway', tokens: undefined, gauges: new Gauges(), log })
  const networkClock = new RealClock()
  const gateway: Gateway = new Gateway({
    ...options,
    clock: options.clock ?? systemClock,
    serverClock: networkClock,
    address: () => address,
    statusOf: (error, path) => handlers.statusOf(error, path),
  })
  const server = new RpcServer({ handlers, services: [], forward: (call) => gateway.handle(call), networkClock })
  address.port = await listenOn('--port', port, () => server.listen(port))
  return {
    gateway,
    ...address,
    stop: async () => {
      await server.close(stopGraceMs)
      gateway.close()
    },
  }
}
