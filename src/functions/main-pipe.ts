import type { FromFunctionHost } from '../shared/function-host.ts'

/** The private pipe to the process that started this one. */
export interface MainPipe {
  send(message: FromFunctionHost): void
  onMessage(listener: (message: unknown) => void): void
  /** Called when the other side has closed the pipe. */
  onClosed(listener: () => void): void
}

/** The part of Electron's `process.parentPort` that is used here. A utility process ends with its parent. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
}

const parentPort = (): ParentPort | undefined => Reflect.get(process, 'parentPort')

/** The pipe of a utility process, or of a Node child with an IPC channel; undefined when there is neither. */
export function openMainPipe(): MainPipe | undefined {
  const port = parentPort()
  if (port) {
    return {
      send: (message) => port.postMessage(message),
      onMessage: (listener) => void port.on('message', (event) => listener(event.data)),
      onClosed: () => undefined,
    }
  }
  if (!process.send) return undefined
  return {
    send: (message) => void process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => void process.on('message', listener),
    onClosed: (listener) => void process.on('disconnect', listener),
  }
}
