/** Entry of the gateway as a process of the application: commands and reports over the port to main (src/shared/gateway.ts). */
import { systemClock } from '../openobd/clock.ts'
import { onParentMessage } from '../server/cli/program.ts'
import type { FromGateway } from '../shared/gateway.ts'
import { createGateway } from './create-gateway.ts'
import { GatewayProcess } from './gateway-process.ts'

/** The port to main: what a utility process of Electron has. */
interface Port {
  postMessage(message: FromGateway): void
}

const port = (process as { parentPort?: Port }).parentPort

if (port === undefined) {
  process.stderr.write('There is no port to the application; start the gateway by "npm run gateway".\n')
  process.exitCode = 1
} else {
  const gateway = new GatewayProcess({
    clock: systemClock,
    post: (message) => port.postMessage(message),
    exit: () => process.exit(0),
    listen: (options) => createGateway(options, 0),
  })
  onParentMessage((message) => void gateway.receive(message))
}
