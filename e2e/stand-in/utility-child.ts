/** Loaded first in a utility process: provides `process.parentPort` instead of Node's own channel, and ends it as Electron does. */
import { EventEmitter } from 'node:events'

const send = process.send?.bind(process)

class ParentPort extends EventEmitter {
  postMessage(message: unknown): void {
    send?.(message)
  }
  /** Messages are delivered once there is a listener. */
  start(): void {}
  pause(): void {}
}

const parentPort = new ParentPort()
process.on('message', (data) => parentPort.emit('message', { data, ports: [] }))
// A utility process never outlives the application.
process.on('disconnect', () => process.exit(0))
Object.defineProperty(process, 'parentPort', { value: parentPort, enumerable: true })
Object.defineProperty(process, 'type', { value: 'utility' })
Object.defineProperty(process, 'send', { value: undefined })
